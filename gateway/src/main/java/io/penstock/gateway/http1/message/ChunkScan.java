// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

/** Looks ahead in a buffer for the end of a chunked body of the plainest form: no extensions, no trailers. */
final class ChunkScan {
    private ChunkScan() {}

    /** Whether CR LF, {@code 0}, CR LF and CR LF are here; there are seven bytes at least. */
    static boolean lastChunk(byte[] bytes, int at) {
        return bytes[at] == '\r' && bytes[at + 1] == '\n' && zeroChunk(bytes, at + 2);
    }

    private static boolean zeroChunk(byte[] bytes, int at) {
        return bytes[at] == '0'
                && bytes[at + 1] == '\r'
                && bytes[at + 2] == '\n'
                && bytes[at + 3] == '\r'
                && bytes[at + 4] == '\n';
    }

    /**
     * Whether the body ends within the buffer. A false answer may be wrong, a true one is not.
     *
     * @param remaining what is left of the chunk that has begun
     * @param within whether one has begun, so that its end comes before the next line
     */
    static boolean whole(byte[] bytes, int from, int to, long remaining, boolean within) {
        long at = from + remaining;
        boolean end = within;
        while (true) {
            if (end) {
                if (at + 2 > to || bytes[(int) at] != '\r' || bytes[(int) at + 1] != '\n') {
                    return false;
                }
                at += 2;
            }
            if (at + 5 > to) {
                return false;
            }
            if (zeroChunk(bytes, (int) at)) {
                return true;
            }
            long size = 0;
            int digits = 0;
            while (at < to && digits < 8 && ChunkLine.digit(bytes[(int) at]) >= 0) {
                size = size * 16 + ChunkLine.digit(bytes[(int) at]);
                at++;
                digits++;
            }
            if (digits == 0 || size == 0 || at + 2 > to || bytes[(int) at] != '\r' || bytes[(int) at + 1] != '\n') {
                return false;
            }
            at += 2 + size;
            end = true;
        }
    }

    /** Whether a chunk with at least one byte of it is here, or the last one. A false answer may be wrong, a true one is not. */
    static boolean begins(byte[] bytes, int from, int to, boolean within) {
        int at = from;
        if (within) {
            if (at + 2 > to || bytes[at] != '\r' || bytes[at + 1] != '\n') {
                return false;
            }
            at += 2;
        }
        if (at + 5 <= to && zeroChunk(bytes, at)) {
            return true;
        }
        boolean zero = true;
        int digits = 0;
        while (at < to && digits < 8 && ChunkLine.digit(bytes[at]) >= 0) {
            zero &= bytes[at] == '0';
            at++;
            digits++;
        }
        return !zero && at + 2 < to && bytes[at] == '\r' && bytes[at + 1] == '\n';
    }
}
