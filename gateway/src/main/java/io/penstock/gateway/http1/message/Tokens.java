// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

import java.util.Locale;
import java.util.function.Consumer;

/** Values that are lists of tokens, or numbers. */
public final class Tokens {
    /** More digits than a length can have. */
    private static final int MOST_DIGITS = 18;

    private Tokens() {}

    /** Shows each element of a comma-separated list, in lower case. */
    static void each(String value, Consumer<String> to) {
        int from = 0;
        while (from <= value.length()) {
            int comma = value.indexOf(',', from);
            int end = comma < 0 ? value.length() : comma;
            String token = lower(value, from, end);
            if (!token.isEmpty()) {
                to.accept(token);
            }
            from = end + 1;
        }
    }

    private static String lower(String value, int from, int end) {
        if (value.regionMatches(true, from, "keep-alive", 0, end - from) && end - from == 10) {
            return "keep-alive";
        }
        return value.substring(from, end).trim().toLowerCase(Locale.ROOT);
    }

    /** Whether a comma-separated list has the token, which is lower case; parameters after a semicolon do not count. */
    static boolean has(String value, String token) {
        int at = 0;
        while (at < value.length()) {
            int comma = value.indexOf(',', at);
            int end = comma < 0 ? value.length() : comma;
            int from = at;
            while (from < end && (value.charAt(from) == ' ' || value.charAt(from) == '\t')) {
                from++;
            }
            if (value.regionMatches(true, from, token, 0, token.length())) {
                int after = from + token.length();
                if (after >= end || " \t;".indexOf(value.charAt(after)) >= 0) {
                    return true;
                }
            }
            at = end + 1;
        }
        return false;
    }

    /** The number, or -1 when it is none: digits only, 18 at most. */
    public static long length(String text) {
        if (text.isEmpty() || text.length() > MOST_DIGITS) {
            return -1;
        }
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            length = length * 10 + digit;
        }
        return length;
    }
}
