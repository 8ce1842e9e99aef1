// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

import io.penstock.gateway.exchange.Handles;
import io.penstock.gateway.exchange.Head;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Reads one body as it is framed (RFC 9112 §6, §7.1), never more than the caller's buffer at a time. Used by one thread at a time.
 *
 * <p>Extensions of chunks are checked and dropped. A body whose chunk lines cost 16 KiB more than twice its bytes is malformed: a peer
 * must not make us read lines for nothing.
 */
public final class BodyReader {
    private static final long MOST_EXCESS = 16 * 1024;
    /** {@code CRLF 0 CRLF CRLF}. */
    private static final int LAST_CHUNK_BYTES = 7;

    private static final VarHandle COMPLETE = Handles.of(MethodHandles.lookup(), "complete");

    private final Side side;
    private final Input in;
    private final HeadReader heads;
    private final Http1Limits limits;

    private long bodyLength;
    /** Of the body or of the chunk. */
    private long remaining;
    /** Data of a chunk has come, and so its CR LF must. */
    private boolean withinChunks;

    private long excess;
    private volatile boolean complete = true;
    private @Nullable Head trailers;
    private int dropped;

    public BodyReader(Side side, Input in, HeadReader heads, Http1Limits limits) {
        this.side = side;
        this.in = in;
        this.heads = heads;
        this.limits = limits;
    }

    /** Begins a body: how long it is, {@link MessageHead#CHUNKED} or {@link MessageHead#UNTIL_CLOSE}. */
    public void begin(long length) {
        bodyLength = length;
        remaining = Math.max(0, length);
        withinChunks = false;
        excess = 0;
        trailers = null;
        dropped = 0;
        ends(length == 0);
    }

    private void ends(boolean now) {
        COMPLETE.setRelease(this, now);
    }

    /** The trailers of a body that is {@link #complete}. */
    public @Nullable Head trailers() {
        return trailers;
    }

    /** How many fields of the trailers were dropped, once. */
    public int takeDropped() {
        int taken = dropped;
        dropped = 0;
        return taken;
    }

    /** Whether the last byte of the body was read. */
    public boolean complete() {
        return complete;
    }

    /** Whether all of the body is here, so that no read waits. */
    public boolean received() {
        if (complete) {
            return true;
        }
        if (bodyLength >= 0) {
            return in.available() >= remaining;
        }
        return bodyLength == MessageHead.CHUNKED
                && ChunkScan.whole(in.bytes(), in.start(), in.end(), remaining, withinChunks);
    }

    /** Whether a read will not wait. A false answer may be wrong, a true one is not. */
    public boolean ready() {
        if (complete) {
            return true;
        }
        boolean betweenChunks = bodyLength == MessageHead.CHUNKED && remaining == 0;
        return betweenChunks ? ChunkScan.begins(in.bytes(), in.start(), in.end(), withinChunks) : in.available() > 0;
    }

    /** How much is still to come; -1 when nobody knows. */
    public long remaining() {
        return complete ? 0 : bodyLength >= 0 ? remaining : -1;
    }

    /** At least one byte of the body; -1 at its end. */
    public int read(byte[] to, int offset, int length) throws IOException {
        if (complete || length == 0) {
            return complete ? -1 : 0;
        }
        if (bodyLength == MessageHead.UNTIL_CLOSE) {
            int read = in.read(to, offset, length);
            ends(read < 0);
            return read;
        }
        if (bodyLength == MessageHead.CHUNKED && remaining == 0 && !nextChunk()) {
            ends(true);
            return -1;
        }
        int read = in.read(to, offset, (int) Math.min(length, remaining));
        if (read < 0) {
            throw side.gone("the peer ended its side within a body");
        }
        remaining -= read;
        if (remaining == 0) {
            afterData();
        }
        return read;
    }

    private void afterData() {
        if (bodyLength >= 0) {
            ends(true);
        } else if (in.available() >= LAST_CHUNK_BYTES && ChunkScan.lastChunk(in.bytes(), in.start())) {
            in.skip(LAST_CHUNK_BYTES); // as nearly every chunked body ends: the caller learns at once
            ends(true);
        }
    }

    /** Reads the line of the next chunk; false after the last one and its trailers. */
    private boolean nextChunk() throws IOException {
        if (withinChunks) {
            if (heads.line(0, "chunk") != 0) {
                throw side.malformed("chunk is longer than its size");
            }
            in.skip(2);
        }
        int length = heads.line(limits.chunkLineBytes(), "chunk line");
        if (length < 0) {
            throw side.malformed("chunk line has more than " + limits.chunkLineBytes() + " bytes");
        }
        long size = ChunkLine.size(side, in.bytes(), in.start(), in.start() + length);
        in.skip(length + 2);
        withinChunks = true;
        remaining = size;
        excess = Math.max(0, excess + length - 2 * size);
        if (excess > MOST_EXCESS) {
            throw side.malformed("chunks are too small for their lines");
        }
        if (size == 0) {
            trailers = heads.trailers();
            dropped = heads.dropped();
            return false;
        }
        return true;
    }
}
