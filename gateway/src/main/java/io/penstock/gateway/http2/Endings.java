// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2;

import static io.penstock.gateway.exchange.ending.DownstreamEnding.COMPRESSION;
import static io.penstock.gateway.exchange.ending.DownstreamEnding.DEFECT;
import static io.penstock.gateway.exchange.ending.DownstreamEnding.EMPTY_FRAME_FLOOD;
import static io.penstock.gateway.exchange.ending.DownstreamEnding.FLOW_CONTROL;
import static io.penstock.gateway.exchange.ending.DownstreamEnding.HEAD_FLOOD;
import static io.penstock.gateway.exchange.ending.DownstreamEnding.OWN_RESET_FLOOD;
import static io.penstock.gateway.exchange.ending.DownstreamEnding.PING_FLOOD;
import static io.penstock.gateway.exchange.ending.DownstreamEnding.PROTOCOL;
import static io.penstock.gateway.exchange.ending.DownstreamEnding.RESET_FLOOD;
import static io.penstock.gateway.exchange.ending.DownstreamEnding.SETTINGS_FLOOD;

import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.http2.frame.ErrorCode;

/** What ended an HTTP/2 connection, in the words that all protocols share. */
final class Endings {
    private Endings() {}

    static DownstreamEnding of(FrameDispatcher.Ended ended) {
        if (ended.flood() != null) {
            return switch (ended.flood()) {
                case RESETS, LATE_RESETS -> RESET_FLOOD;
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
