// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.frame;

import io.penstock.gateway.wire.Wire;
import java.io.IOException;
import java.util.Arrays;

/**
 * Cuts what a connection's reader receives into frames. Used by the reader alone.
 *
 * <p>The buffer begins at 4 KiB, so that idle connections stay small, and grows while reads fill it, up to two frames.
 */
public final class FrameReader {
    private static final int SMALLEST = 4 * 1024;
    private static final int LARGEST = 2 * (Frames.MAX_PAYLOAD + Frames.HEADER_BYTES);

    private final Wire wire;
    private byte[] buffer = new byte[SMALLEST];
    private int start;
    private int end;

    private int length;
    private int type;
    private int flags;
    private int streamId;
    private int payload;

    public FrameReader(Wire wire) {
        this.wire = wire;
    }

    /** Waits for more bytes. False when the peer has ended its side. */
    public boolean fill() throws IOException {
        if (start == end) {
            start = 0;
            end = 0;
        } else if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, end - start);
            end -= start;
            start = 0;
        }
        if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, Math.min(LARGEST, buffer.length * 2));
        }
        int read = wire.read(buffer, end, buffer.length - end);
        if (read < 0) {
            return false;
        }
        end += read;
        return true;
    }

    /** Moves to the next whole frame that is already here; false when there is none. */
    public boolean next() throws Http2Exception {
        if (end - start < Frames.HEADER_BYTES) {
            return false;
        }
        int size = Frames.int24(buffer, start);
        if (size > Frames.MAX_PAYLOAD) {
            throw Http2Exception.connection(
                    ErrorCode.FRAME_SIZE_ERROR, "frame of " + size + " bytes, limit is " + Frames.MAX_PAYLOAD);
        }
        if (end - start < Frames.HEADER_BYTES + size) {
            return false;
        }
        length = size;
        type = buffer[start + 3] & 0xff;
        flags = buffer[start + 4] & 0xff;
        streamId = Frames.int32(buffer, start + 5) & 0x7fffffff;
        payload = start + Frames.HEADER_BYTES;
        start = payload + size;
        return true;
    }

    /** Whether the part that is here belongs to a head, or may. */
    public boolean partialHead() {
        int here = end - start;
        return here > 0
                && (here < 4 || buffer[start + 3] == Frames.HEADERS || buffer[start + 3] == Frames.CONTINUATION);
    }

    /** How many bytes wait to be cut. */
    public int available() {
        return end - start;
    }

    /** Where the waiting bytes begin in {@link #bytes()}. */
    public int position() {
        return start;
    }

    /** Drops bytes that are no frame: the preface. */
    public void skip(int bytes) {
        start += bytes;
    }

    public int length() {
        return length;
    }

    public int type() {
        return type;
    }

    public boolean flag(int mask) {
        return (flags & mask) != 0;
    }

    public int streamId() {
        return streamId;
    }

    /** The stream of a frame that must have one. */
    public int checkedStreamId() throws Http2Exception {
        if (streamId == 0) {
            throw Http2Exception.connection(ErrorCode.PROTOCOL_ERROR, "frame of type " + type + " on stream 0");
        }
        return streamId;
    }

    /** Checks a payload that has one length only. */
    public void checkLength(String name, int bytes) throws Http2Exception {
        if (length != bytes) {
            throw Http2Exception.connection(
                    ErrorCode.FRAME_SIZE_ERROR, name + " of " + length + " bytes, expected " + bytes);
        }
    }

    /** How many bytes of padding a padded frame ends with. */
    public int padding() throws Http2Exception {
        if (length == 0) {
            throw Http2Exception.connection(ErrorCode.FRAME_SIZE_ERROR, "padded frame without padding length");
        }
        int padding = buffer[payload] & 0xff;
        if (padding >= length) {
            throw Http2Exception.connection(
                    ErrorCode.PROTOCOL_ERROR, "padding of " + padding + " bytes in a frame of " + length);
        }
        return padding;
    }

    /** Where the payload begins in {@link #bytes()}. */
    public int payload() {
        return payload;
    }

    /** The buffer itself, valid until the next {@link #fill()}. */
    public byte[] bytes() {
        return buffer;
    }
}
