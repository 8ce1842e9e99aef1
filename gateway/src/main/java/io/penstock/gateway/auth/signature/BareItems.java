// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import io.penstock.gateway.auth.signature.BareItem.Kind;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Reads the values of a structured field (RFC 8941 §4.2.3.1), where its reader stands. For one thread. */
final class BareItems {
    private static final String TOKEN_SIGNS = "!#$%&'*+-.^_`|~:/";
    private static final int MOST_INTEGER_DIGITS = 15;
    private static final int MOST_WHOLE_DIGITS = 12;
    private static final int MOST_FRACTION_DIGITS = 3;

    private final StructuredField field;

    BareItems(StructuredField field) {
        this.field = field;
    }

    BareItem next() {
        char c = field.peek();
        if (c == '-' || StructuredField.digit(c)) {
            return number();
        }
        if (StructuredField.letter(c) || c == '*') {
            return token();
        }
        field.take();
        return switch (c) {
            case '"' -> string();
            case ':' -> bytes();
            case '?' -> flag();
            default -> throw field.malformed("a value");
        };
    }

    private BareItem number() {
        boolean negative = field.taken('-');
        String whole = digits(MOST_INTEGER_DIGITS);
        if (field.peek() != '.') {
            long value = Long.parseLong(whole);
            return new BareItem(Kind.INTEGER, Long.toString(negative ? -value : value));
        }
        if (whole.length() > MOST_WHOLE_DIGITS) {
            throw field.malformed("at most " + MOST_WHOLE_DIGITS + " digits before the point");
        }
        field.take();
        return decimal((negative ? "-" : "") + whole + '.' + digits(MOST_FRACTION_DIGITS));
    }

    private String digits(int most) {
        StringBuilder digits = new StringBuilder();
        while (StructuredField.digit(field.peek())) {
            digits.append(field.take());
            if (digits.length() > most) {
                throw field.malformed("at most " + most + " digits");
            }
        }
        if (digits.isEmpty()) {
            throw field.malformed("a digit");
        }
        return digits.toString();
    }

    /** Without zeros that say nothing, but for one behind the point (RFC 8941 §4.1.5). */
    private static BareItem decimal(String text) {
        BigDecimal shortest = new BigDecimal(text).stripTrailingZeros();
        return new BareItem(Kind.DECIMAL, (shortest.scale() < 1 ? shortest.setScale(1) : shortest).toPlainString());
    }

    private BareItem token() {
        StringBuilder token = new StringBuilder();
        while (StructuredField.letter(field.peek())
                || StructuredField.digit(field.peek())
                || TOKEN_SIGNS.indexOf(field.peek()) >= 0) {
            token.append(field.take());
        }
        return new BareItem(Kind.TOKEN, token.toString());
    }

    private BareItem string() {
        StringBuilder string = new StringBuilder();
        for (char c = field.peek(); c != '"'; c = field.peek()) {
            if (c < 0x20 || c > 0x7e) {
                throw field.malformed("the end of a string");
            }
            field.take();
            if (c == '\\') {
                c = field.peek();
                if (c != '"' && c != '\\') {
                    throw field.malformed("a quote or a backslash");
                }
                field.take();
            }
            string.append(c);
        }
        field.take();
        return BareItem.string(string.toString());
    }

    private BareItem bytes() {
        StringBuilder base64 = new StringBuilder();
        while (StructuredField.letter(field.peek())
                || StructuredField.digit(field.peek())
                || "+/=".indexOf(field.peek()) >= 0) {
            base64.append(field.take());
        }
        field.expect(':', "base64 and a colon");
        try {
            byte[] bytes = Base64.getDecoder().decode(base64.toString());
            return new BareItem(Kind.BYTES, new String(Base64.getEncoder().encode(bytes), StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            throw field.malformed("base64 before this");
        }
    }

    private BareItem flag() {
        if (field.taken('1')) {
            return BareItem.TRUE;
        }
        field.expect('0', "0 or 1");
        return new BareItem(Kind.BOOLEAN, "0");
    }
}
