// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.terminal;

import io.penstock.harness.http.HttpTarget;
import java.net.URI;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code http://HOST:PORT/PATH}, or {@code HOST:PORT} for its path {@code /}; loopback only. */
public final class UrlText implements ITypeConverter<HttpTarget> {

    private static final String SCHEME = "http://";

    @Override
    public HttpTarget convert(String text) {
        var rest = text.startsWith(SCHEME) ? text.substring(SCHEME.length()) : text;
        int slash = rest.indexOf('/');
        var address = new HostAndPort().convert(slash < 0 ? rest : rest.substring(0, slash));
        var path = slash < 0 ? "/" : rest.substring(slash);
        try {
            var unused = URI.create(path);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("found " + text + ", expected http://HOST:PORT/PATH");
        }
        return new HttpTarget(address, path);
    }
}
