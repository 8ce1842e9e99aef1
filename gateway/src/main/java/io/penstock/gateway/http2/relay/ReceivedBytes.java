// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

/**
 * Body bytes between the connection's reader, which adds them, and a thread that reads them; once read they can be kept up to a limit,
 * to be read again. Guarded by its owner's lock. Unread bytes are bounded by the stream's window.
 */
final class ReceivedBytes {
    private static final byte[] EMPTY = {};
    private static final int LARGEST_KEPT_BUFFER = 64 * 1024;

    private final int replayBytes;
    private byte[] bytes = EMPTY;
    private int start;
    private int next;
    private int end;
    /** Bytes behind {@code next} that were read before. */
    private int reread;

    private boolean keeping;

    /**
     * Begins empty.
     *
     * @param replayBytes how many bytes are kept after they were read; with 0 none are
     */
    ReceivedBytes(int replayBytes) {
        this.replayBytes = replayBytes;
        this.keeping = replayBytes > 0;
    }

    void add(byte[] from, int offset, int length) {
        if (length > bytes.length - end) {
            makeRoom(length);
        }
        System.arraycopy(from, offset, bytes, end, length);
        end += length;
    }

    private void makeRoom(int length) {
        int here = end - start;
        byte[] to = here + length <= bytes.length ? bytes : new byte[Math.max(here + length, 2 * here)];
        System.arraycopy(bytes, start, to, 0, here);
        bytes = to;
        next -= start;
        end = here;
        start = 0;
    }

    /** Says that the first so many bytes were read before, by somebody else. */
    void alreadyRead(int count) {
        reread = count;
    }

    boolean isEmpty() {
        return next == end;
    }

    /** Takes bytes; returns how many, 0 when none are here. */
    int read(byte[] to, int offset, int length) {
        int count = Math.min(length, end - next);
        System.arraycopy(bytes, next, to, offset, count);
        next += count;
        if (keeping && next - start > replayBytes) {
            keeping = false;
        }
        if (!keeping) {
            forget();
        }
        return count;
    }

    /** How many of the bytes that were just read had not been read before. */
    int fresh(int count) {
        int old = Math.min(count, reread);
        reread -= old;
        return count - old;
    }

    /** Goes back to the first byte; false when it is here no more. */
    boolean rewind() {
        if (!keeping) {
            return false;
        }
        reread += next - start;
        next = start;
        return true;
    }

    /** Keeps no byte that was read, from here on. */
    void release() {
        keeping = false;
        forget();
    }

    private void forget() {
        start = next;
        if (start == end) {
            start = 0;
            next = 0;
            end = 0;
            if (bytes.length > LARGEST_KEPT_BUFFER) {
                bytes = EMPTY;
            }
        }
    }

    /** Drops everything. */
    void clear() {
        release();
        next = end;
        forget();
        bytes = EMPTY;
    }
}
