// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Short frames of RFC 6455 §5.2 as a client sends and receives them. */
final class SocketFrames {

    static final int TEXT = 1;
    static final int CLOSE = 8;

    private static final int LONGEST = 125;

    private SocketFrames() {}

    /** Bytes that come one after the other. */
    interface Source {
        /** The next byte, or -1 when the peer has ended its side. */
        int next() throws IOException, InterruptedException;
    }

    /**
     * A frame that came.
     *
     * @param text its payload; of a close frame the code
     */
    record Received(int opcode, String text) {}

    static byte[] text(String message) {
        return masked(TEXT, message.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] close(int code) {
        return masked(CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
    }

    /** A mask of zeros is one, too. */
    private static byte[] masked(int opcode, byte[] payload) {
        var frame = new byte[6 + payload.length];
        frame[0] = (byte) (0x80 | opcode);
        frame[1] = (byte) (0x80 | payload.length);
        System.arraycopy(payload, 0, frame, 6, payload.length);
        return frame;
    }

    /** Reads the next frame; null when the peer has ended its side before it. */
    static @Nullable Received read(Source from) throws IOException, InterruptedException {
        int first = from.next();
        if (first < 0) {
            return null;
        }
        int length = from.next();
        if (length < 0 || length > LONGEST) {
            throw new IOException("found a frame of length " + length + ", expected at most " + LONGEST);
        }
        var payload = new byte[length];
        for (int i = 0; i < length; i++) {
            int next = from.next();
            if (next < 0) {
                throw new EOFException("ended inside a frame");
            }
            payload[i] = (byte) next;
        }
        int opcode = first & 0x0f;
        var text = opcode == CLOSE && length >= 2
                ? Integer.toString((payload[0] & 0xff) << 8 | (payload[1] & 0xff))
                : new String(payload, StandardCharsets.US_ASCII);
        return new Received(opcode, text);
    }
}
