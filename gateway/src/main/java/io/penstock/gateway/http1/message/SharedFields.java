// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

import io.penstock.gateway.exchange.Field;

/** One shared field for each scheme and for each method that is usual. */
final class SharedFields {
    static final Field GET = Field.of(":method", "GET");
    private static final Field[] METHODS = {
        GET,
        Field.of(":method", "POST"),
        Field.of(":method", "HEAD"),
        Field.of(":method", "PUT"),
        Field.of(":method", "DELETE"),
        Field.of(":method", "PATCH"),
        Field.of(":method", "OPTIONS"),
        Field.of(":method", "TRACE"),
    };
    private static final Field HTTP = Field.of(":scheme", "http");
    private static final Field HTTPS = Field.of(":scheme", "https");

    private SharedFields() {}

    static Field scheme(boolean secure) {
        return secure ? HTTPS : HTTP;
    }

    /** The method that lies between the two places, or a new field when it is none of the usual ones. */
    static Field method(byte[] bytes, int from, int to) {
        for (Field method : METHODS) {
            if (same(method.value(), bytes, from, to)) {
                return method;
            }
        }
        return Field.of(":method", HeadReader.text(bytes, from, to));
    }

    private static boolean same(String text, byte[] bytes, int from, int to) {
        if (text.length() != to - from) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (bytes[i] != text.charAt(i - from)) {
                return false;
            }
        }
        return true;
    }
}
