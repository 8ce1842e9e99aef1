// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.frame.Http2Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one connection sends on its streams: within the peer's windows at once, the rest as the windows open.
 *
 * <p>Takes the connection's lock, which guards its fields.
 */
public final class SendSide {
    private final ReentrantLock lock;
    private final Http2Connection connection;
    private final FrameWriter frames;
    private final Streams streams;
    private final WaitingStreams waiting;

    SendSide(ReentrantLock lock, Http2Connection connection, FrameWriter frames, Streams streams) {
        this.lock = lock;
        this.connection = connection;
        this.frames = frames;
        this.streams = streams;
        this.waiting = new WaitingStreams(frames, streams);
    }

    /** For a call under the lock: the windows and who waits for them. */
    WaitingStreams waiting() {
        return waiting;
    }

    /** What follows on the stream is an answer of the gateway's own. */
    public void ownAnswer(Http2Stream stream) {
        lock.lock();
        try {
            stream.ownAnswer = true;
        } finally {
            lock.unlock();
        }
    }

    /** Writes a head. */
    public void head(Http2Stream stream, Head head, boolean end, Wakes wakes) {
        connection.role().sending(head);
        boolean closedNow;
        lock.lock();
        try {
            if (stream.closed || stream.localEnd) {
                return;
            }
            frames.head(stream, head, end);
            closedNow = streams.leaveIfEnded(stream);
        } finally {
            lock.unlock();
        }
        wakes.add(connection);
        streams.afterLeave(stream, closedNow, wakes);
    }

    /** Writes trailers and the end, behind what waits of the body. */
    public void trailers(Http2Stream stream, Head trailers, Wakes wakes) {
        boolean closedNow = false;
        lock.lock();
        try {
            if (stream.closed || stream.localEnd) {
                return;
            }
            if (stream.waiting.isEmpty()) {
                frames.head(stream, trailers, true);
                closedNow = streams.leaveIfEnded(stream);
            } else {
                stream.trailersWaiting = trailers;
            }
        } finally {
            lock.unlock();
        }
        wakes.add(connection);
        streams.afterLeave(stream, closedNow, wakes);
    }

    /** Sends what the windows allow now; the rest is copied and waits. */
    public void data(Http2Stream stream, byte[] bytes, int offset, int length, boolean end, Wakes wakes) {
        boolean closedNow = false;
        lock.lock();
        try {
            if (stream.closed || stream.localEnd) {
                return;
            }
            int now = 0;
            if (stream.waiting.isEmpty()) {
                now = Math.max(0, Math.min(length, waiting.sendable(stream)));
                if (now > 0 || length == 0) {
                    waiting.data(stream, bytes, offset, now, end && now == length);
                    closedNow = streams.leaveIfEnded(stream);
                }
            }
            if (now < length) {
                waiting.keep(stream, bytes, offset + now, length - now, end);
            } else if (end && !stream.localEnd) {
                stream.endWaiting = true;
            }
        } finally {
            lock.unlock();
        }
        wakes.add(connection);
        streams.afterLeave(stream, closedNow, wakes);
    }

    /** Sends trailers now, instead of what waits on the stream. */
    public void lastTrailers(Http2Stream stream, Head trailers, Wakes wakes) {
        boolean closedNow;
        lock.lock();
        try {
            if (stream.closed || stream.localEnd) {
                return;
            }
            stream.dropWaiting();
            frames.head(stream, trailers, true);
            closedNow = streams.leaveIfEnded(stream);
        } finally {
            lock.unlock();
        }
        wakes.add(connection);
        streams.afterLeave(stream, closedNow, wakes);
    }

    /** Resets the stream now, dropping what waits on it. */
    public void reset(Http2Stream stream, int code, Wakes wakes) {
        lock.lock();
        try {
            if (stream.closed) {
                return;
            }
            boolean ended = stream.localEnd && stream.endReceived; // told of its end, but not yet let go by the reader
            if (!ended) {
                frames.reset(stream.id, code);
            }
            streams.leave(stream, ended ? StreamTable.Ending.ENDED : StreamTable.Ending.RESET_BY_US);
        } finally {
            lock.unlock();
        }
        wakes.add(connection);
        streams.afterLeave(stream, true, wakes);
    }

    /** Resets the stream once all that waits on it is sent: how a complete answer ends an upload early (RFC 9113 §8.1). */
    public void resetAfterWaiting(Http2Stream stream, int code, Wakes wakes) {
        lock.lock();
        try {
            if (!stream.closed && stream.hasWaiting()) {
                stream.resetWaiting = code;
                return;
            }
        } finally {
            lock.unlock();
        }
        reset(stream, code, wakes);
    }

    /** Resets a stream that is not in the table; what still comes on it is ignored. */
    public void refuse(int streamId, int code, Wakes wakes) {
        lock.lock();
        try {
            frames.reset(streamId, code);
            streams.remember(streamId, StreamTable.Ending.RESET_BY_US);
        } finally {
            lock.unlock();
        }
        wakes.add(connection);
    }

    // ---- windows ----

    /** Lets more of a stream go, and what of it waited for that. */
    public void receiveWindowUpdate(Http2Stream stream, int increment, Wakes wakes) throws Http2Exception {
        boolean closedNow;
        lock.lock();
        try {
            if (stream.closed) {
                return;
            }
            long window = (long) stream.sendWindow + increment;
            if (window > Integer.MAX_VALUE) {
                throw Http2Exception.stream(stream.id, ErrorCode.FLOW_CONTROL_ERROR, "window above 2^31-1");
            }
            stream.sendWindow = (int) window;
            if (!stream.hasWaiting()) {
                return;
            }
            waiting.drain(stream, Integer.MAX_VALUE);
            closedNow = stream.closed;
        } finally {
            lock.unlock();
        }
        wakes.add(connection);
        streams.afterLeave(stream, closedNow, wakes);
    }

    /** Lets more of the connection go, and what waited for that. */
    public void receiveWindowUpdate(int increment, Wakes wakes) throws Http2Exception {
        List<Http2Stream> closedNow;
        lock.lock();
        try {
            waiting.grow(increment);
            closedNow = waiting.drainAll();
        } finally {
            lock.unlock();
        }
        wakes.add(connection);
        streams.afterLeave(closedNow, wakes);
    }

    // ---- what upkeep looks at ----

    /** Nobody cares for the stream any more, but what waits on it shall still be sent: see {@link #endStuck}. */
    public void leaveAlone(Http2Stream stream) {
        lock.lock();
        try {
            stream.alone = true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends streams that were left alone or are timed, and whose peer has given them no window for this long. */
    public void endStuck(long nanos, long now, Wakes wakes) {
        List<Http2Stream> alone = new ArrayList<>(0);
        List<Http2Stream> timed = new ArrayList<>(0);
        lock.lock();
        try {
            waiting.collectStuck(nanos, now, alone, timed);
        } finally {
            lock.unlock();
        }
        for (Http2Stream stream : alone) {
            reset(stream, ErrorCode.CANCEL, wakes);
        }
        for (Http2Stream stream : timed) {
            stream.events.late(Cause.UPSTREAM_NOT_READING, "no window for the request in time", wakes);
        }
    }

    /** Whether bytes wait for the connection's window although their stream has window left. */
    public boolean starvedTogether() {
        lock.lock();
        try {
            return waiting.starvedTogether();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a stream has had bytes waiting for a window for longer than this. */
    public boolean starvedFor(long nanos, long now) {
        lock.lock();
        try {
            return waiting.starvedFor(nanos, now);
        } finally {
            lock.unlock();
        }
    }
}
