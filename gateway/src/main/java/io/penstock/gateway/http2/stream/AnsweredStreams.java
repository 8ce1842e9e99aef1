// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import io.penstock.gateway.http2.frame.ErrorCode;

/**
 * The closed streams that the gateway itself has answered last, and when each was opened: who resets one of them has had an answer for
 * nothing, and counts as who resets one that is open. Each is counted once. Guarded by the connection's lock.
 */
final class AnsweredStreams {
    /** "There is no such stream here, or its reset is no waste." */
    static final long NONE = -1;

    private static final int REMEMBERED = 256;

    private int[] ids = {};
    private long[] opened = {};
    private boolean[] stopped = {};
    private int next;

    /** Notes one that was just closed; memory is taken by the first. */
    void add(Http2Stream stream) {
        if (ids.length == 0) {
            ids = new int[REMEMBERED];
            opened = new long[REMEMBERED];
            stopped = new boolean[REMEMBERED];
        }
        ids[next] = stream.id;
        opened[next] = stream.openedNanos;
        stopped[next] = !stream.endReceived;
        next = (next + 1) % REMEMBERED;
    }

    /** The peer resets this one: forgets it and says how long ago it was opened. */
    long take(int id, int code, long nowNanos) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == id) {
                ids[i] = 0; // which is no stream
                // NO_ERROR ends the request whose answer came before its end, as ours asked for (RFC 9113 §8.1)
                boolean asked = stopped[i] && code == ErrorCode.NO_ERROR;
                return asked ? NONE : Math.max(0, nowNanos - opened[i]);
            }
        }
        return NONE;
    }
}
