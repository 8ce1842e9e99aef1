// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.cluster;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The part of a request that {@code consistent-hash} keeps together.
 *
 * @param name of the header, in lower case, or of the cookie; empty for the others
 */
public record HashOn(Source source, String name) {
    static final HashOn CLIENT_ADDRESS = new HashOn(Source.CLIENT_ADDRESS, "");

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

    /** Where the key is. */
    public enum Source {
        CLIENT_ADDRESS,
        PATH,
        HEADER,
        COOKIE
    }

    /**
     * Reads {@code client-address}, {@code path}, {@code header:NAME} or {@code cookie:NAME}.
     *
     * @throws ConfigException when it is none of them
     */
    public static HashOn parse(String text) {
        if (text.equals("client-address")) {
            return CLIENT_ADDRESS;
        }
        if (text.equals("path")) {
            return new HashOn(Source.PATH, "");
        }
        String name = text.substring(text.indexOf(':') + 1);
        if (text.startsWith("header:") && token(name)) {
            return new HashOn(Source.HEADER, name.toLowerCase(Locale.ROOT));
        }
        if (text.startsWith("cookie:") && token(name)) {
            return new HashOn(Source.COOKIE, name);
        }
        throw Check.failed(
                Check.quoted(text), "is not valid, expected client-address, path, header:NAME or cookie:NAME");
    }

    /** RFC 9110 §5.6.2, at most 64 characters. */
    static boolean token(String text) {
        return TOKEN.matcher(text).matches();
    }

    /** As a configuration file writes it. */
    @Override
    public String toString() {
        return source.name().toLowerCase(Locale.ROOT).replace('_', '-') + (name.isEmpty() ? "" : ":" + name);
    }
}
