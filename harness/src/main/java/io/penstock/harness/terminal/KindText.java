// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.terminal;

import io.penstock.harness.call.Kind;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the kind of a call by the name that is printed for it. */
public final class KindText implements ITypeConverter<Kind> {

    @Override
    public Kind convert(String text) {
        for (var kind : Kind.values()) {
            if (kind.toString().equals(text)) {
                return kind;
            }
        }
        throw new TypeConversionException(
                "found " + text + ", expected unary, client-stream, server-stream, bidi or get");
    }
}
