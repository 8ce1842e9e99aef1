// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.health;

/**
 * Reads {@code :status} at the beginning of the first field section of a connection (RFC 7541 §6): indexed, or a literal whose name is
 * indexed or not, plain or with Huffman's code.
 */
final class FirstStatus {
    private static final int[] STATIC = {200, 204, 206, 304, 400, 404, 500}; // entries 8 to 14
    private static final byte[] NAME = {':', 's', 't', 'a', 't', 'u', 's'};
    /** Huffman's code of the same name: b8 84 8d 36 a3. */
    private static final byte[] CODED_NAME = {(byte) 0xb8, (byte) 0x84, (byte) 0x8d, 0x36, (byte) 0xa3};

    private FirstStatus() {}

    /** The status, or -1 when there is none at this place. */
    static int of(byte[] block, int from) {
        int at = from;
        while (at < block.length && (block[at] & 0xe0) == 0x20) { // a new size of the table comes before
            at += (block[at] & 0x1f) == 0x1f ? 1 + varying(block, at + 1) : 1;
        }
        if (at >= block.length) {
            return -1;
        }
        int first = block[at] & 0xff;
        if (first >= 0x80) {
            int index = first & 0x7f;
            return index >= 8 && index <= 14 ? STATIC[index - 8] : -1;
        }
        int index = first >= 0x40 ? first & 0x3f : first & 0x0f;
        if (index == 0) {
            return named(block, at + 1) ? value(block, at + 2 + (block[at + 1] & 0x7f)) : -1;
        }
        return index >= 8 && index <= 14 ? value(block, at + 1) : -1;
    }

    /** How many bytes the rest of a number has (RFC 7541 §5.1). */
    private static int varying(byte[] block, int from) {
        int at = from;
        while (at < block.length && (block[at] & 0x80) != 0) {
            at++;
        }
        return at - from + 1;
    }

    private static boolean named(byte[] block, int at) {
        if (at >= block.length) {
            return false;
        }
        byte[] name = (block[at] & 0x80) == 0 ? NAME : CODED_NAME;
        int length = block[at] & 0x7f;
        return length == name.length
                && at + 1 + length <= block.length
                && java.util.Arrays.equals(block, at + 1, at + 1 + length, name, 0, length);
    }

    private static int value(byte[] block, int at) {
        if (at >= block.length) {
            return -1;
        }
        int length = block[at] & 0x7f;
        if (at + 1 + length > block.length) {
            return -1;
        }
        return (block[at] & 0x80) == 0 ? plain(block, at + 1, length) : coded(block, at + 1, length);
    }

    private static int plain(byte[] block, int from, int length) {
        int status = 0;
        for (int i = 0; i < length; i++) {
            status = status * 10 + block[from + i] - '0';
        }
        return length == 3 ? status : -1;
    }

    /** Digits alone: 0 to 2 have five bits, 00000 to 00010, and 3 to 9 six, 011001 to 011111 (RFC 7541, appendix B). */
    private static int coded(byte[] block, int from, int length) {
        int status = 0;
        int bit = 0;
        for (int digit = 0; digit < 3; digit++) {
            int five = bits(block, from, length, bit, 5);
            if (five <= 2) {
                status = status * 10 + five;
                bit += 5;
            } else {
                int six = bits(block, from, length, bit, 6);
                if (six < 0x19 || six > 0x1f) {
                    return -1;
                }
                status = status * 10 + six - 0x16;
                bit += 6;
            }
        }
        return status;
    }

    private static int bits(byte[] block, int from, int length, int bit, int count) {
        int value = 0;
        for (int i = bit; i < bit + count; i++) {
            int set = i / 8 < length ? (block[from + i / 8] >> (7 - i % 8)) & 1 : 1;
            value = (value << 1) | set;
        }
        return value;
    }
}
