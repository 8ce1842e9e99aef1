// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.frame.Frames;
import io.penstock.gateway.http2.frame.Http2Exception;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A connection's send windows, and the streams whose bytes wait for them. Every call and every field is under the connection's lock. */
final class WaitingStreams {
    private final FrameWriter frames;
    private final Streams streams;
    private final ArrayDeque<Http2Stream> blocked = new ArrayDeque<>();
    private int window = Frames.DEFAULT_WINDOW;
    private int initialWindow = Frames.DEFAULT_WINDOW;

    WaitingStreams(FrameWriter frames, Streams streams) {
        this.frames = frames;
        this.streams = streams;
    }

    /** The window with which a stream begins. */
    int initialWindow() {
        return initialWindow;
    }

    /** How many bytes both windows allow; zero or less when none. */
    int sendable(Http2Stream stream) {
        return Math.min(stream.sendWindow, window);
    }

    /** Writes DATA that the windows allow. */
    void data(Http2Stream stream, byte[] bytes, int offset, int length, boolean end) {
        frames.data(stream, bytes, offset, length, end);
        stream.sendWindow -= length;
        window -= length;
    }

    /** Copies bytes to be sent when the windows allow it. */
    void keep(Http2Stream stream, byte[] bytes, int offset, int length, boolean end) {
        if (stream.waiting.isEmpty()) {
            stream.waitingSinceNanos = System.nanoTime();
        }
        stream.keep(bytes, offset, length);
        stream.endWaiting = end;
        queue(stream);
    }

    private void queue(Http2Stream stream) {
        if (!stream.queued) {
            stream.queued = true;
            blocked.add(stream);
        }
    }

    /** Grows the connection's window. */
    void grow(int increment) throws Http2Exception {
        long grown = (long) window + increment;
        if (grown > Integer.MAX_VALUE) {
            throw Http2Exception.connection(ErrorCode.FLOW_CONTROL_ERROR, "window above 2^31-1");
        }
        window = (int) grown;
    }

    /** Applies the peer's SETTINGS_INITIAL_WINDOW_SIZE, to the open streams, too (RFC 9113 §6.9.2). */
    void changeInitialWindow(int value) throws Http2Exception {
        int change = value - initialWindow;
        initialWindow = value;
        for (Http2Stream stream : streams.all()) {
            long changed = (long) stream.sendWindow + change;
            if (changed > Integer.MAX_VALUE) {
                throw Http2Exception.connection(ErrorCode.FLOW_CONTROL_ERROR, "window above 2^31-1");
            }
            stream.sendWindow = (int) changed;
        }
    }

    /** Gives every waiting stream a turn of one frame, again and again, while the connection's window lasts; returns those that ended. */
    List<Http2Stream> drainAll() {
        List<Http2Stream> closedNow = new ArrayList<>(0);
        boolean progress = true;
        while (progress && window > 0 && !blocked.isEmpty()) {
            progress = false;
            for (int turns = blocked.size(); turns > 0 && window > 0; turns--) {
                Http2Stream stream = blocked.remove();
                stream.queued = false;
                if (stream.closed) {
                    continue;
                }
                progress |= drain(stream, frames.maxPayload());
                if (stream.closed) {
                    closedNow.add(stream);
                } else if (!stream.waiting.isEmpty()) {
                    queue(stream);
                }
            }
        }
        return closedNow;
    }

    /** Sends up to so many of the stream's waiting bytes; true when any went. */
    boolean drain(Http2Stream stream, int most) {
        int budget = most;
        boolean progress = false;
        while (!stream.waiting.isEmpty()) {
            byte[] chunk = stream.waiting.element();
            int chunkEnd = stream.waiting.size() == 1 ? stream.waitingEnd : chunk.length;
            int left = chunkEnd - stream.waitingOffset;
            int now = Math.min(Math.min(left, budget), sendable(stream));
            if (now <= 0) {
                return progress;
            }
            boolean chunkDone = now == left;
            boolean end = chunkDone && stream.waiting.size() == 1 && stream.endWaiting;
            data(stream, chunk, stream.waitingOffset, now, end);
            stream.waitingOffset += now;
            stream.waitingSinceNanos = System.nanoTime();
            budget -= now;
            progress = true;
            if (chunkDone) {
                stream.waiting.remove();
                stream.waitingOffset = 0;
            }
        }
        stream.endWaiting = false;
        if (stream.trailersWaiting != null) {
            frames.head(stream, stream.trailersWaiting, true);
            stream.trailersWaiting = null;
        }
        if (stream.resetWaiting >= 0) {
            frames.reset(stream.id, stream.resetWaiting);
            streams.leave(stream, StreamTable.Ending.RESET_BY_US);
        } else {
            streams.leaveIfEnded(stream);
        }
        return progress;
    }

    boolean starvedFor(long nanos, long now) {
        for (Http2Stream stream : blocked) {
            if (starved(stream, nanos, now)) {
                return true;
            }
        }
        return false;
    }

    /** Whether bytes wait for the connection's window although their stream has window left. */
    boolean starvedTogether() {
        if (window > 0) {
            return false;
        }
        for (Http2Stream stream : blocked) {
            if (!stream.closed && !stream.waiting.isEmpty() && stream.sendWindow > 0) {
                return true;
            }
        }
        return false;
    }

    void collectStuck(long nanos, long now, List<Http2Stream> alone, List<Http2Stream> timed) {
        for (Http2Stream stream : blocked) {
            if (!starved(stream, nanos, now)) {
                continue;
            }
            if (stream.alone) {
                alone.add(stream);
            } else if (stream.events.timed()) {
                timed.add(stream);
            }
        }
    }

    private static boolean starved(Http2Stream stream, long nanos, long now) {
        return !stream.closed && !stream.waiting.isEmpty() && now - stream.waitingSinceNanos > nanos;
    }
}
