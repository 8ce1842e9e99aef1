// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

/** The line before a chunk: its size and its extensions (RFC 9112 §7.1). */
final class ChunkLine {
    /** Fifteen hexadecimal digits: leading zeros count, so that no reader's number overflows. */
    private static final int MOST_DIGITS = 15;

    private ChunkLine() {}

    /** The size that the line says. */
    static long size(Side side, byte[] bytes, int from, int to) {
        long size = 0;
        int at = from;
        for (; at < to; at++) {
            int digit = digit(bytes[at]);
            if (digit < 0) {
                break;
            }
            size = size * 16 + digit;
            if (at - from >= MOST_DIGITS) {
                throw side.malformed("chunk size has more than " + MOST_DIGITS + " digits");
            }
        }
        if (at == from) {
            throw side.malformed("chunk size is no number");
        }
        while (at < to) {
            at = extension(side, bytes, at, to);
        }
        return size;
    }

    static int digit(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        int lower = b | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    private static int extension(Side side, byte[] bytes, int from, int to) {
        int at = blanks(bytes, from, to);
        if (at == to || bytes[at] != ';') {
            throw side.malformed("chunk size is no number");
        }
        at = blanks(bytes, at + 1, to);
        int name = at;
        at = token(bytes, at, to);
        if (at == name) {
            throw side.malformed("chunk extension without name");
        }
        int equals = blanks(bytes, at, to);
        if (equals == to || bytes[equals] != '=') {
            return at;
        }
        at = blanks(bytes, equals + 1, to);
        if (at < to && bytes[at] == '"') {
            return quoted(side, bytes, at + 1, to);
        }
        int value = at;
        at = token(bytes, at, to);
        if (at == value) {
            throw side.malformed("chunk extension without value");
        }
        return at;
    }

    private static int quoted(Side side, byte[] bytes, int from, int to) {
        for (int at = from; at < to; at++) {
            byte b = bytes[at];
            if (b == '"') {
                return at + 1;
            }
            if (b == '\\') {
                at++;
            }
            if (at < to && ((bytes[at] >= 0 && bytes[at] < ' ' && bytes[at] != '\t') || bytes[at] == 0x7f)) {
                break;
            }
        }
        throw side.malformed("chunk extension is malformed");
    }

    private static int blanks(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static int token(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && FieldNames.lower(bytes[at]) != 0) {
            at++;
        }
        return at;
    }
}
