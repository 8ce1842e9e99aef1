// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

/**
 * A value of a structured field (RFC 8941 §3.3).
 *
 * @param kind of value
 * @param value in the one form that it is written in: a number in digits, a string without quotes and escapes, bytes in base64, {@code 1} or
 *     {@code 0}
 */
record BareItem(Kind kind, String value) {
    static final BareItem TRUE = new BareItem(Kind.BOOLEAN, "1");

    /** What a value may be. */
    enum Kind {
        INTEGER,
        DECIMAL,
        STRING,
        TOKEN,
        BYTES,
        BOOLEAN
    }

    static BareItem string(String value) {
        return new BareItem(Kind.STRING, value);
    }

    /** As a field has it (RFC 8941 §4.1.3). */
    String text() {
        return switch (kind) {
            case INTEGER, DECIMAL, TOKEN -> value;
            case STRING -> '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
            case BYTES -> ':' + value + ':';
            case BOOLEAN -> '?' + value;
        };
    }
}
