// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.wire;

/**
 * One HTTP/2 frame as it stands on the wire (RFC 9113 §4.1); nothing is checked, so wrong frames can be made too.
 *
 * @param type one of the constants here, or any other byte
 * @param flags the flag byte
 * @param stream the stream identifier, 0 for the connection
 * @param payload not copied; the writer states its length in the frame head
 */
@SuppressWarnings("ArrayRecordComponent")
public record Frame(int type, int flags, int stream, byte[] payload) {

    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PUSH_PROMISE = 5;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;
    public static final int PADDED = 8;
    public static final int PRIORITY = 32;

    public static final int SETTINGS_HEADER_TABLE_SIZE = 1;
    public static final int SETTINGS_MAX_CONCURRENT_STREAMS = 3;
    public static final int SETTINGS_INITIAL_WINDOW_SIZE = 4;
    public static final int SETTINGS_MAX_FRAME_SIZE = 5;

    /** Whether every bit of {@code flag} is set. */
    public boolean has(int flag) {
        return (flags & flag) == flag;
    }

    /** Reads the four bytes at {@code offset} of the payload as an unsigned 31-bit number, such as a stream or a window. */
    public int number(int offset) {
        return Bytes.int32(payload, offset) & 0x7fff_ffff;
    }

    /** Makes a frame without flags whose payload is a list of 32-bit numbers: RST_STREAM, WINDOW_UPDATE, GOAWAY. */
    public static Frame ofNumbers(int type, int stream, long... numbers) {
        var payload = new byte[numbers.length * 4];
        for (int i = 0; i < numbers.length; i++) {
            Bytes.putInt32(payload, i * 4, (int) numbers[i]);
        }
        return new Frame(type, 0, stream, payload);
    }

    /** Makes a SETTINGS frame from identifier and value pairs. */
    public static Frame settings(long... pairs) {
        var payload = new byte[pairs.length / 2 * 6];
        for (int i = 0; i < pairs.length / 2; i++) {
            payload[i * 6] = (byte) (pairs[i * 2] >> 8);
            payload[i * 6 + 1] = (byte) pairs[i * 2];
            Bytes.putInt32(payload, i * 6 + 2, (int) pairs[i * 2 + 1]);
        }
        return new Frame(SETTINGS, 0, 0, payload);
    }

    /** Makes the empty SETTINGS frame that acknowledges the peer's. */
    public static Frame settingsAck() {
        return new Frame(SETTINGS, ACK, 0, new byte[0]);
    }

    /** Makes a DATA frame. */
    public static Frame data(int stream, byte[] payload, boolean endStream) {
        return new Frame(DATA, endStream ? END_STREAM : 0, stream, payload);
    }
}
