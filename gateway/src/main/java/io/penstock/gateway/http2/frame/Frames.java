// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.frame;

/** Numbers of the frame layer (RFC 9113 §4, §6). */
public final class Frames {
    public static final int HEADER_BYTES = 9;
    /** The largest payload that we take: the default, which every peer must respect unless we raise it. */
    public static final int MAX_PAYLOAD = 16_384;

    public static final int DEFAULT_WINDOW = 65_535;

    public static final int DATA = 0x0;
    public static final int HEADERS = 0x1;
    public static final int PRIORITY = 0x2;
    public static final int RST_STREAM = 0x3;
    public static final int SETTINGS = 0x4;
    public static final int PUSH_PROMISE = 0x5;
    public static final int PING = 0x6;
    public static final int GOAWAY = 0x7;
    public static final int WINDOW_UPDATE = 0x8;
    public static final int CONTINUATION = 0x9;

    public static final int END_STREAM = 0x1;
    public static final int ACK = 0x1;
    public static final int END_HEADERS = 0x4;
    public static final int PADDED = 0x8;
    static final int PRIORITISED = 0x20;

    public static final int SETTING_HEADER_TABLE_SIZE = 0x1;
    public static final int SETTING_ENABLE_PUSH = 0x2;
    public static final int SETTING_MAX_CONCURRENT_STREAMS = 0x3;
    public static final int SETTING_INITIAL_WINDOW_SIZE = 0x4;
    public static final int SETTING_MAX_FRAME_SIZE = 0x5;
    public static final int SETTING_MAX_HEADER_LIST_SIZE = 0x6;
    /** RFC 8441 §3. */
    public static final int SETTING_ENABLE_CONNECT_PROTOCOL = 0x8;

    private Frames() {}

    /** The four bytes at this place, as a number. */
    public static int int32(byte[] bytes, int offset) {
        return (bytes[offset] & 0xff) << 24
                | (bytes[offset + 1] & 0xff) << 16
                | (bytes[offset + 2] & 0xff) << 8
                | (bytes[offset + 3] & 0xff);
    }

    static int int24(byte[] bytes, int offset) {
        return (bytes[offset] & 0xff) << 16 | (bytes[offset + 1] & 0xff) << 8 | (bytes[offset + 2] & 0xff);
    }

    public static int int16(byte[] bytes, int offset) {
        return (bytes[offset] & 0xff) << 8 | (bytes[offset + 1] & 0xff);
    }
}
