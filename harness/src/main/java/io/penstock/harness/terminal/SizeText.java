// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.terminal;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a size in bytes, with or without a unit: {@code 100}, {@code 64KiB}, {@code 4MiB}. */
public final class SizeText implements ITypeConverter<Integer> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(KiB|MiB)?");

    @Override
    public Integer convert(String text) {
        var match = FORM.matcher(text);
        if (!match.matches()) {
            throw new TypeConversionException("found " + text + ", expected a size such as 100, 64KiB or 4MiB");
        }
        var unit = String.valueOf(match.group(2));
        int shift = unit.equals("KiB") ? 10 : unit.equals("MiB") ? 20 : 0;
        long bytes = Long.parseLong(match.group(1)) << shift;
        if (bytes > Integer.MAX_VALUE) {
            throw new TypeConversionException(text + " is more than 2 GiB");
        }
        return (int) bytes;
    }
}
