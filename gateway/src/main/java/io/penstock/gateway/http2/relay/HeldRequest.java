// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

import io.penstock.gateway.exchange.Head;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What has come of a relayed request and is kept: all of it while there is no attempt, and up to a limit for another attempt.
 * Guarded by its relay's monitor. The bytes up to a length that was once seen do not change, and may be read without it.
 */
final class HeldRequest {
    private static final byte[] EMPTY = {};

    private final int replayBytes;
    private byte @Nullable [] bytes = EMPTY;
    private int length;
    private boolean ended;
    private @Nullable Head trailers;

    HeldRequest(int replayBytes) {
        this.replayBytes = replayBytes;
    }

    /** Whether all that came is here, so that another attempt can be made. */
    boolean whole() {
        return bytes != null;
    }

    byte[] bytes() {
        return bytes == null ? EMPTY : bytes;
    }

    int length() {
        return length;
    }

    /** Whether the request has ended, with trailers or without. */
    boolean ended() {
        return ended;
    }

    @Nullable
    Head trailers() {
        return trailers;
    }

    /** Whether the request has ended and is a head alone. */
    boolean headAlone() {
        return ended && length == 0 && trailers == null;
    }

    /**
     * Keeps body bytes.
     *
     * @param must nobody else has them: the stream's window is their bound, not the limit
     */
    void add(byte[] from, int offset, int count, boolean must) {
        byte[] kept = bytes;
        if (kept == null) {
            return;
        }
        if (!must && length + count > replayBytes) {
            bytes = null;
            return;
        }
        if (length + count > kept.length) {
            kept = Arrays.copyOf(kept, length == 0 ? count : Math.max(length + count, 2 * length));
            bytes = kept;
        }
        System.arraycopy(from, offset, kept, length, count);
        length += count;
    }

    void end() {
        ended = true;
    }

    void end(Head last) {
        trailers = last;
        ended = true;
    }

    /** Keeps no bytes any more: there will be no other attempt. */
    void drop() {
        bytes = null;
    }

    /** Drops the bytes that were kept only for want of an attempt. */
    void dropAboveLimit() {
        if (length > replayBytes) {
            bytes = null;
        }
    }
}
