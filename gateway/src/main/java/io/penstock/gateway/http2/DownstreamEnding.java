// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2;

import java.util.Locale;

/** Why a downstream connection ended, for the log and a metric: as many kinds as a hostile peer has ways. */
public enum DownstreamEnding {
    /** The peer closed it. */
    PEER(false),
    /** It did not speak HTTP/2. */
    NOT_HTTP2(false),
    /** Nothing happened on it. */
    IDLE(false),
    /** We are draining. */
    DRAINED(false),
    /** It broke a rule of HTTP/2. */
    PROTOCOL(true),
    /** It overran a window of ours, or made one of its own overflow. */
    FLOW_CONTROL(true),
    /** Its HPACK was broken. */
    COMPRESSION(true),
    /** One head took too many frames or compressed bytes. */
    HEAD_FLOOD(true),
    /** It opened streams and reset them ("rapid reset"). */
    RESET_FLOOD(true),
    /** Its errors made us reset streams ("MadeYouReset"). */
    OWN_RESET_FLOOD(true),
    SETTINGS_FLOOD(true),
    PING_FLOOD(true),
    EMPTY_FRAME_FLOOD(true),
    /** TLS handshake, preface and SETTINGS took too long. */
    HANDSHAKE_TIMEOUT(true),
    /** A head took too long. */
    HEAD_TIMEOUT(true),
    /** It did not read what we wrote. */
    WRITE_TIMEOUT(true),
    /** It left no window for bytes that waited. */
    ZERO_WINDOW(true),
    /** An error of ours. */
    DEFECT(true);

    private final boolean blamed;
    private final String slug = name().toLowerCase(Locale.ROOT).replace('_', '-');

    DownstreamEnding(boolean blamed) {
        this.blamed = blamed;
    }

    /** The stable name: kebab-case. */
    public String slug() {
        return slug;
    }

    /** Whether it is worth a line in the log. */
    public boolean blamed() {
        return blamed;
    }

    static DownstreamEnding of(FrameDispatcher.Ended ended) {
        if (ended.flood() != null) {
            return switch (ended.flood()) {
                case RESETS -> RESET_FLOOD;
                case OWN_RESETS -> OWN_RESET_FLOOD;
                case SETTINGS -> SETTINGS_FLOOD;
                case PINGS -> PING_FLOOD;
                case EMPTY_FRAMES -> EMPTY_FRAME_FLOOD;
                case HEAD -> HEAD_FLOOD;
            };
        }
        return switch (ended.code()) {
            case ErrorCode.FLOW_CONTROL_ERROR -> FLOW_CONTROL;
            case ErrorCode.COMPRESSION_ERROR -> COMPRESSION;
            case ErrorCode.INTERNAL_ERROR -> DEFECT;
            default -> PROTOCOL;
        };
    }
}
