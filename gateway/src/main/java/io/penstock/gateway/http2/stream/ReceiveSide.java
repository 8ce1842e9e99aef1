// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.frame.Flood;
import io.penstock.gateway.http2.frame.Http2Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What the peer may send on the streams of one connection, and what it has sent. Takes the connection's lock.
 */
public final class ReceiveSide {
    /** A stream that its peer resets within this time of opening it lived too short to be worth its opening. */
    private static final long RAPID_NANOS = 100_000_000L;

    private final ReentrantLock lock;
    private final Http2Connection connection;
    private final FrameWriter frames;
    private final Streams streams;
    private final int streamWindowBytes;

    ReceiveSide(
            ReentrantLock lock,
            Http2Connection connection,
            FrameWriter frames,
            Streams streams,
            int streamWindowBytes) {
        this.lock = lock;
        this.connection = connection;
        this.frames = frames;
        this.streams = streams;
        this.streamWindowBytes = streamWindowBytes;
    }

    /**
     * Takes DATA of this many bytes, padding included, off the stream's window.
     *
     * @return false when the peer sent more than it was allowed to
     */
    public boolean data(Http2Stream stream, int flowControlled, int payloadBytes, boolean end) throws Http2Exception {
        lock.lock();
        try {
            if (stream.endReceived) {
                throw Http2Exception.stream(stream.id, ErrorCode.STREAM_CLOSED, "DATA after the end of the stream");
            }
            if (!stream.headReceived) {
                throw Http2Exception.stream(stream.id, ErrorCode.PROTOCOL_ERROR, "DATA before a head");
            }
            stream.receiveWindow -= flowControlled;
            if (stream.receiveWindow < 0) {
                return false;
            }
            stream.unreturned += flowControlled - payloadBytes;
            stream.receivedBytes += payloadBytes;
            checkLength(stream, end);
            stream.endReceived = end;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private static void checkLength(Http2Stream stream, boolean end) throws Http2Exception {
        if (stream.declaredBytes == Http2Stream.UNDECLARED) {
            return;
        }
        if (stream.receivedBytes > stream.declaredBytes || (end && stream.receivedBytes != stream.declaredBytes)) {
            throw Http2Exception.stream(
                    stream.id,
                    ErrorCode.PROTOCOL_ERROR,
                    "body is " + stream.receivedBytes + " bytes, content-length says " + stream.declaredBytes);
        }
    }

    /** Notes the end of what the peer sends on this stream, by a head or trailers. */
    public void end(Http2Stream stream) throws Http2Exception {
        lock.lock();
        try {
            checkLength(stream, true);
            stream.endReceived = true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The peer reset this stream.
     *
     * @return what that counts as when nothing of an answer was sent, or the gateway's own: a rapid reset when the stream had just been
     *     opened, which makes us work for more streams than may be open at a time. Who waits longer is held by the limit of open streams,
     *     and who waits for an answer by what that costs.
     */
    public @Nullable Flood reset(Http2Stream stream, int code, Wakes wakes) {
        Flood flood = null;
        lock.lock();
        try {
            if (stream.closed) {
                return null;
            }
            if (!stream.headSent || stream.ownAnswer) {
                flood = flood(connection.lastReadNanos() - stream.openedNanos);
            }
            streams.leave(stream, StreamTable.Ending.RESET_BY_PEER);
        } finally {
            lock.unlock();
        }
        stream.events.reset(code, wakes);
        streams.afterLeave(stream, true, wakes);
        return flood;
    }

    /**
     * The peer reset a stream that is closed.
     *
     * @return as of one that is open, if the gateway itself had answered it: that is work for nothing, too, and whoever makes us do it for
     *     fixed answers and refusals never has more streams open than it may
     */
    public @Nullable Flood resetClosed(int id, int code) {
        lock.lock();
        try {
            long age = streams.answered().take(id, code, connection.lastReadNanos());
            return age == AnsweredStreams.NONE ? null : flood(age);
        } finally {
            lock.unlock();
        }
    }

    private static Flood flood(long ageNanos) {
        return ageNanos < RAPID_NANOS ? Flood.RESETS : Flood.LATE_RESETS;
    }

    /**
     * Ends the timed streams on which the peer owes something and has been silent for too long: a head, or more of a body. It owes nothing
     * before the request has ended, but for the answer to CONNECT, and nothing while bytes of its own are still on their way to the other side.
     */
    public void endSilent(long headNanos, long bodyNanos, long now, Wakes wakes) {
        List<Http2Stream> noHead = new ArrayList<>(0);
        List<Http2Stream> noBody = new ArrayList<>(0);
        lock.lock();
        try {
            for (Http2Stream stream : streams.all()) {
                if (silentNanos(stream, now) > (stream.headReceived ? bodyNanos : headNanos) && stream.events.timed()) {
                    (stream.headReceived ? noBody : noHead).add(stream);
                }
            }
        } finally {
            lock.unlock();
        }
        for (Http2Stream stream : noHead) {
            stream.events.late(Cause.FIRST_BYTE_TIMEOUT, "no response head in time", wakes);
        }
        for (Http2Stream stream : noBody) {
            stream.events.late(Cause.UPSTREAM_IDLE, "silent inside the response", wakes);
        }
    }

    /**
     * Ends the timed streams whose peer owes more of a request and has been silent for too long, although everything that it sent was
     * passed on.
     */
    public void endStalled(long nanos, long now, Wakes wakes) {
        List<Http2Stream> stalled = new ArrayList<>(0);
        lock.lock();
        try {
            for (Http2Stream stream : streams.all()) {
                if (sameSinceNanos(stream, owed(stream), now) > nanos && stream.events.timed()) {
                    stalled.add(stream);
                }
            }
        } finally {
            lock.unlock();
        }
        for (Http2Stream stream : stalled) {
            stream.events.late(Cause.REQUEST_TIMEOUT, "no byte of the request body in time", wakes);
        }
    }

    /** A number that changes with what the peer sends while it owes more; below zero while it owes nothing. */
    private long owed(Http2Stream stream) {
        boolean passedOn = streamWindowBytes - stream.receiveWindow == stream.unreturned;
        if (stream.endReceived || !passedOn) {
            return -1;
        }
        return stream.headReceived ? stream.receivedBytes + 1 : 0;
    }

    private static long sameSinceNanos(Http2Stream stream, long bytes, long now) {
        if (bytes < 0 || bytes != stream.seenBytes) {
            stream.seenBytes = bytes;
            stream.seenNanos = now;
        }
        return now - stream.seenNanos;
    }

    private long silentNanos(Http2Stream stream, long now) {
        boolean asked = stream.localEnd || (stream.connect && !stream.headReceived);
        return sameSinceNanos(stream, asked ? owed(stream) : -1, now);
    }

    /** Bytes of this stream went on to the other side: lets the peer send as many again, once they are worth a frame. */
    public void returnCredit(Http2Stream stream, int bytes, Wakes wakes) {
        lock.lock();
        try {
            if (stream.closed || stream.endReceived) {
                return;
            }
            stream.unreturned += bytes;
            if (stream.unreturned < streamWindowBytes / 2) {
                return;
            }
            frames.windowUpdate(stream.id, stream.unreturned);
            stream.receiveWindow += stream.unreturned;
            stream.unreturned = 0;
        } finally {
            lock.unlock();
        }
        wakes.add(connection);
    }
}
