// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.frame.Frames;
import io.penstock.gateway.http2.frame.Http2Exception;

/** What a connection's peer has set (RFC 9113 §6.5). Every call is under the connection's lock. */
final class PeerSettings {
    private final boolean server;
    private final FrameWriter frames;
    private final WaitingStreams windows;
    private int maxStreams = 100; // until SETTINGS say otherwise; what clients commonly assume

    private boolean connectProtocol;

    PeerSettings(boolean server, FrameWriter frames, WaitingStreams windows) {
        this.server = server;
        this.frames = frames;
        this.windows = windows;
    }

    /** Applies the settings of one frame in their order. */
    void apply(byte[] bytes, int offset, int length) throws Http2Exception {
        for (int at = offset; at < offset + length; at += 6) {
            apply(Frames.int16(bytes, at), Frames.int32(bytes, at + 2) & 0xffffffffL);
        }
    }

    private void apply(int id, long value) throws Http2Exception {
        switch (id) {
            case Frames.SETTING_HEADER_TABLE_SIZE -> frames.peerTableBytes((int) Math.min(value, Integer.MAX_VALUE));
            case Frames.SETTING_ENABLE_PUSH -> {
                if (value > 1 || (!server && value != 0)) {
                    throw Http2Exception.connection(ErrorCode.PROTOCOL_ERROR, "ENABLE_PUSH is " + value);
                }
            }
            case Frames.SETTING_MAX_CONCURRENT_STREAMS -> maxStreams = (int) Math.min(value, Integer.MAX_VALUE);
            case Frames.SETTING_INITIAL_WINDOW_SIZE -> {
                if (value > Integer.MAX_VALUE) {
                    throw Http2Exception.connection(ErrorCode.FLOW_CONTROL_ERROR, "INITIAL_WINDOW_SIZE above 2^31-1");
                }
                windows.changeInitialWindow((int) value);
            }
            case Frames.SETTING_MAX_FRAME_SIZE -> {
                if (value < Frames.MAX_PAYLOAD || value > 0xffffff) {
                    throw Http2Exception.connection(ErrorCode.PROTOCOL_ERROR, "MAX_FRAME_SIZE is " + value);
                }
                frames.peerMaxPayload((int) value);
            }
            case Frames.SETTING_ENABLE_CONNECT_PROTOCOL -> {
                if (value > 1) {
                    throw Http2Exception.connection(ErrorCode.PROTOCOL_ERROR, "ENABLE_CONNECT_PROTOCOL is " + value);
                }
                connectProtocol = value == 1;
            }
            default -> {} // unknown ones, and MAX_HEADER_LIST_SIZE, which is advice (RFC 9113 §6.5.2)
        }
    }

    /** Whether the peer takes CONNECT with {@code :protocol} (RFC 8441). */
    boolean connectProtocol() {
        return connectProtocol;
    }

    /** The most streams that the peer lets us have open. */
    int maxStreams() {
        return maxStreams;
    }
}
