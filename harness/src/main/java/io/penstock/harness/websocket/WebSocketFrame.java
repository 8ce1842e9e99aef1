// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.websocket;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** One frame with its payload, unmasked (RFC 6455 section 5.2). */
record WebSocketFrame(boolean last, int opcode, PayloadBytes payload) {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final int MAX_PAYLOAD = 16 << 20;

    /** The bytes of a payload, apart because a record compares its parts. */
    static final class PayloadBytes {
        private final byte[] bytes;

        PayloadBytes(byte[] bytes) {
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    /** What the peer did wrong, with the code to close with. */
    static final class FrameException extends IOException {

        private static final long serialVersionUID = 1;

        private final int code;

        FrameException(int code, String message) {
            super(message);
            this.code = code;
        }

        int code() {
            return code;
        }
    }

    static WebSocketFrame of(int opcode, byte[] payload) {
        return new WebSocketFrame(true, opcode, new PayloadBytes(payload));
    }

    static WebSocketFrame close(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload = new byte[2 + text.length];
        payload[0] = (byte) (code >> 8);
        payload[1] = (byte) code;
        System.arraycopy(text, 0, payload, 2, text.length);
        return of(CLOSE, payload);
    }

    byte[] bytes() {
        return payload.bytes();
    }

    boolean control() {
        return opcode >= CLOSE;
    }

    /**
     * Reads a frame of a client, which must be masked.
     *
     * @throws EOFException when the connection ends before or inside a frame
     * @throws FrameException when it breaks the protocol, or is longer than 16 MiB
     */
    static WebSocketFrame read(DataInputStream in) throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        int opcode = first & 0x0f;
        boolean last = (first & 0x80) != 0;
        if ((first & 0x70) != 0 || (opcode > BINARY && opcode < CLOSE) || opcode > PONG) {
            throw new FrameException(1002, "reserved bits or opcode " + opcode);
        }
        if ((second & 0x80) == 0) {
            throw new FrameException(1002, "a frame without mask");
        }
        long length = second & 0x7f;
        if (opcode >= CLOSE && (length > 125 || !last)) {
            throw new FrameException(1002, "a control frame in parts or of " + length + " bytes");
        }
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        if (length < 0 || length > MAX_PAYLOAD) {
            throw new FrameException(1009, "a frame of " + length + " bytes");
        }
        int mask = in.readInt();
        byte[] payload = new byte[(int) length];
        in.readFully(payload);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= (byte) (mask >> (24 - 8 * (i & 3)));
        }
        return new WebSocketFrame(last, opcode, new PayloadBytes(payload));
    }

    /** Writes the frame as a server does, without mask, in one write. */
    void write(OutputStream out) throws IOException {
        byte[] bytes = bytes();
        int head = bytes.length < 126 ? 2 : bytes.length < 65_536 ? 4 : 10;
        byte[] wire = new byte[head + bytes.length];
        wire[0] = (byte) ((last ? 0x80 : 0) | opcode);
        if (head == 2) {
            wire[1] = (byte) bytes.length;
        } else if (head == 4) {
            wire[1] = 126;
            wire[2] = (byte) (bytes.length >> 8);
            wire[3] = (byte) bytes.length;
        } else {
            wire[1] = 127;
            for (int i = 0; i < 4; i++) {
                wire[6 + i] = (byte) (bytes.length >> (24 - 8 * i));
            }
        }
        System.arraycopy(bytes, 0, wire, head, bytes.length);
        out.write(wire);
    }
}
