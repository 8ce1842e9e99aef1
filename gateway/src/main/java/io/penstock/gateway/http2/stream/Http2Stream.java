// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import io.penstock.gateway.exchange.Head;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The state of one stream of one connection (RFC 9113 §5.1). Every field is guarded by the connection's lock. */
public final class Http2Stream {
    /** "No length was declared." */
    static final long UNDECLARED = -1;

    private static final int SHARED_CHUNK = 4 * 1024;

    public final Http2Connection connection;
    final int id;
    public final StreamEvents events;

    /** What the peer lets us send; below zero after the peer shrank its initial window (RFC 9113 §6.9.2). */
    int sendWindow;
    /** What we let the peer send. */
    int receiveWindow;
    /** Bytes that left us towards the other side and were not yet given back to the peer. */
    int unreturned;

    boolean localEnd;
    /** The peer has ended its side; the reader may still be about to tell of it. */
    boolean endReceived;
    /** The peer has ended its side, and that was told: the stream may be let go. */
    boolean remoteEnd;

    boolean closed;
    boolean headReceived;
    boolean headSent;
    /** The gateway answers by itself. */
    boolean ownAnswer;
    /** When the peer opened it, as exact as its reads are. */
    long openedNanos;
    /** Interim responses that have arrived. Of the reader alone. */
    int interimHeads;
    /** CONNECT: the request is answered before it ends. */
    boolean connect;
    /** A response to HEAD: its content-length describes a body that does not come. */
    boolean bodiless;

    long declaredBytes = UNDECLARED;
    long receivedBytes;

    /** What waits for a window; no more bytes than the window that we granted on the other side. */
    final ArrayDeque<byte[]> waiting = new ArrayDeque<>(0);

    /** Where the first chunk's bytes begin. */
    int waitingOffset;
    /** Where the last chunk's bytes end. */
    int waitingEnd;

    boolean endWaiting;

    @Nullable
    Head trailersWaiting;

    int resetWaiting = -1;
    /** Nobody waits for its end but we. */
    boolean alone;

    long waitingSinceNanos;
    /** What upkeep saw last of what the peer has sent while it owed more; below zero while it owed nothing. */
    long seenBytes = -1;
    /** When upkeep saw that first. */
    long seenNanos;

    boolean queued;

    @Nullable
    OutputBatch inBatch;

    int batchIndex;

    Http2Stream(Http2Connection connection, int id, StreamEvents events, int sendWindow, int receiveWindow) {
        this.connection = connection;
        this.id = id;
        this.events = events;
        this.sendWindow = sendWindow;
        this.receiveWindow = receiveWindow;
    }

    boolean hasWaiting() {
        return !waiting.isEmpty() || trailersWaiting != null || endWaiting || resetWaiting >= 0;
    }

    /** Copies bytes behind those that wait; small ones share a chunk, so that they cost what they count. */
    void keep(byte[] bytes, int offset, int length) {
        int from = offset;
        int left = length;
        byte[] last = waiting.peekLast();
        if (last != null) {
            int now = Math.min(left, last.length - waitingEnd);
            System.arraycopy(bytes, from, last, waitingEnd, now);
            waitingEnd += now;
            from += now;
            left -= now;
        }
        if (left > 0) {
            byte[] chunk = new byte[waiting.isEmpty() ? left : Math.max(left, SHARED_CHUNK)];
            System.arraycopy(bytes, from, chunk, 0, left);
            waiting.add(chunk);
            waitingEnd = left;
        }
    }

    void dropWaiting() {
        waiting.clear();
        waitingOffset = 0;
        trailersWaiting = null;
        endWaiting = false;
        resetWaiting = -1;
    }
}
