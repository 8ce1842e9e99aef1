// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import io.penstock.gateway.http2.frame.Frames;
import io.penstock.gateway.wire.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Frames on their way to one connection's socket, and which streams' bytes are among them.
 *
 * <p>A connection has two: threads append to one under the connection's lock while its writer writes the other without it. The
 * bytes of streams are bounded by the windows that we granted; heads and control frames because a reader waits while too many of
 * them are unwritten. Memory beyond one segment goes back after each write.
 */
final class OutputBatch {
    private static final int SMALLEST = 2 * 1024;
    private static final int SEGMENT = 32 * 1024;

    private byte[] current = new byte[SMALLEST];
    private int length;
    private int controlBytes;
    private final List<byte[]> full = new ArrayList<>(4);
    private Http2Stream[] streams = new Http2Stream[16];
    private int streamCount;
    private int[] amounts = new int[16];

    boolean empty() {
        return length == 0 && full.isEmpty();
    }

    void frame(int payloadLength, int type, int flags, int streamId) {
        if (type != Frames.DATA) {
            controlBytes += Frames.HEADER_BYTES + payloadLength;
        }
        if (current.length - length < Frames.HEADER_BYTES) {
            grow(Frames.HEADER_BYTES);
            if (current.length - length < Frames.HEADER_BYTES) {
                byte[] header = new byte[Frames.HEADER_BYTES];
                write(header, 0, payloadLength, type, flags, streamId);
                put(header, 0, header.length);
                return;
            }
        }
        write(current, length, payloadLength, type, flags, streamId);
        length += Frames.HEADER_BYTES;
    }

    /** Bytes that no window bounds: heads, resets, acknowledgements. */
    int controlBytes() {
        return controlBytes;
    }

    void put(byte[] bytes, int offset, int count) {
        int from = offset;
        int left = count;
        while (left > 0) {
            if (current.length == length) {
                grow(left);
            }
            int now = Math.min(left, current.length - length);
            System.arraycopy(bytes, from, current, length, now);
            length += now;
            from += now;
            left -= now;
        }
    }

    void int32(int value) {
        byte[] bytes = {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value};
        put(bytes, 0, 4);
    }

    void int16(int value) {
        byte[] bytes = {(byte) (value >>> 8), (byte) value};
        put(bytes, 0, 2);
    }

    /** Notes that so many bytes of the stream are in this batch, to be credited to their source once they are written. */
    void credit(Http2Stream stream, int bytes) {
        if (stream.inBatch == this) {
            amounts[stream.batchIndex] += bytes;
            return;
        }
        if (streamCount == streams.length) {
            streams = Arrays.copyOf(streams, streamCount * 2);
            amounts = Arrays.copyOf(amounts, streamCount * 2);
        }
        stream.inBatch = this;
        stream.batchIndex = streamCount;
        streams[streamCount] = stream;
        amounts[streamCount++] = bytes;
    }

    /** Closes the batch for appending: from here on it belongs to the writer. Called under the connection's lock. */
    void seal() {
        for (int i = 0; i < streamCount; i++) {
            streams[i].inBatch = null;
        }
    }

    /** Writes everything, and runs {@code before} before each segment: a slow peer makes progress, however large the batch is. */
    void writeTo(Wire wire, Runnable before) throws IOException {
        for (byte[] segment : full) {
            before.run();
            wire.write(segment, 0, segment.length);
        }
        if (length > 0) {
            before.run();
            wire.write(current, 0, length);
        }
    }

    /** Tells the sources that their bytes are written, and makes the batch empty. */
    void settle(Wakes wakes) {
        for (int i = 0; i < streamCount; i++) {
            Http2Stream stream = streams[i];
            streams[i] = null;
            stream.events.written(amounts[i], wakes);
        }
        streamCount = 0;
        full.clear();
        length = 0;
        controlBytes = 0;
        if (streams.length > 256) {
            streams = new Http2Stream[16];
            amounts = new int[16];
        }
    }

    /** Lets go of what grew; called while it is empty. */
    void rest() {
        if (current.length > SMALLEST) {
            current = new byte[SMALLEST];
        }
    }

    private void grow(int wanted) {
        if (current.length < SEGMENT) {
            int size = current.length * 2;
            while (size < SEGMENT && size - length < wanted) {
                size *= 2;
            }
            current = Arrays.copyOf(current, size);
        } else if (current.length == length) {
            full.add(current);
            current = new byte[SEGMENT];
            length = 0;
        }
    }

    private static void write(byte[] to, int at, int payloadLength, int type, int flags, int streamId) {
        to[at] = (byte) (payloadLength >>> 16);
        to[at + 1] = (byte) (payloadLength >>> 8);
        to[at + 2] = (byte) payloadLength;
        to[at + 3] = (byte) type;
        to[at + 4] = (byte) flags;
        to[at + 5] = (byte) (streamId >>> 24);
        to[at + 6] = (byte) (streamId >>> 16);
        to[at + 7] = (byte) (streamId >>> 8);
        to[at + 8] = (byte) streamId;
    }
}
