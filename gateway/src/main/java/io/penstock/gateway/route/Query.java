// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The parameters of a query, as forms and most programs write them: {@code a=1&b=2}, a plus is a blank, %XX is a byte of UTF-8. */
final class Query {
    private Query() {}

    /**
     * The value of the first parameter of this name, decoded.
     *
     * @return null when there is none; empty when it has no value
     */
    static @Nullable String first(String path, String name) {
        int from = path.indexOf('?') + 1;
        if (from == 0) {
            return null;
        }
        while (from <= path.length()) {
            int end = end(path, '&', from, path.length());
            int equals = end(path, '=', from, end);
            if (decoded(path.substring(from, equals)).equals(name)) {
                return equals == end ? "" : decoded(path.substring(equals + 1, end));
            }
            from = end + 1;
        }
        return null;
    }

    private static int end(String path, char mark, int from, int limit) {
        int at = path.indexOf(mark, from);
        return at < 0 || at > limit ? limit : at;
    }

    /** What is not an escape stays as it is. */
    private static String decoded(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        var bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int high = c == '%' && i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
            if (low >= 0) {
                bytes.write((high << 4) | low);
                i += 2;
            } else {
                bytes.write(c == '+' ? ' ' : c);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
