// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

import io.penstock.gateway.exchange.Field;

/** A parsed line of a head. */
final class FieldLine {
    private final byte[] bytes;
    private final Field field;
    private final Kind kind;

    /**
     * What a line says.
     *
     * @param bytes the line as it came, without its end; empty unless it is remembered
     * @param field its name and value; for {@code host} the {@code :authority}
     * @param kind what the codec has to do with it
     */
    FieldLine(byte[] bytes, Field field, Kind kind) {
        this.bytes = bytes;
        this.field = field;
        this.kind = kind;
    }

    byte[] bytes() {
        return bytes;
    }

    Field field() {
        return field;
    }

    Kind kind() {
        return kind;
    }

    /** Fields that concern the connection or the framing. */
    enum Kind {
        OTHER,
        HOST,
        CONTENT_LENGTH,
        TRANSFER_ENCODING,
        CONNECTION,
        /** Means nothing beyond this connection, nor to us. */
        DROPPED,
        UPGRADE,
        TE,
        EXPECT,
        TRAILER,
        WEBSOCKET_KEY;

        static Kind of(String name) {
            return switch (name) {
                case "host" -> HOST;
                case "content-length" -> CONTENT_LENGTH;
                case "transfer-encoding" -> TRANSFER_ENCODING;
                case "connection" -> CONNECTION;
                case "keep-alive", "proxy-connection", "http2-settings" -> DROPPED;
                case "upgrade" -> UPGRADE;
                case "te" -> TE;
                case "expect" -> EXPECT;
                case "trailer" -> TRAILER;
                case "sec-websocket-key" -> WEBSOCKET_KEY;
                default -> OTHER;
            };
        }
    }

    /** Whether the next message will hardly have the same line, or nobody should find it here. */
    static boolean passing(String name) {
        return switch (name) {
            case "authorization",
                    "proxy-authorization",
                    "cookie",
                    "set-cookie",
                    "content-length",
                    "content-range",
                    "etag",
                    "if-none-match",
                    "grpc-timeout",
                    "last-modified",
                    "location",
                    "sec-websocket-key",
                    "sec-websocket-accept",
                    "traceparent",
                    "tracestate",
                    "x-b3-traceid",
                    "x-forwarded-for",
                    "x-request-id" -> true;
            default -> false;
        };
    }
}
