// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.frame;

import org.jspecify.annotations.Nullable;

/** The peer broke a rule of HTTP/2: ends one stream, or the connection when the stream is 0 (RFC 9113 §5.4). No stack trace. */
public final class Http2Exception extends Exception {
    private static final long serialVersionUID = 1L;

    private final int streamId;
    private final int code;

    private final @Nullable Flood flood;

    private Http2Exception(int streamId, int code, String detail, @Nullable Flood flood) {
        super(detail, null, false, false);
        this.streamId = streamId;
        this.code = code;
        this.flood = flood;
    }

    /** Too much of something that is allowed in small numbers: ends the connection with ENHANCE_YOUR_CALM. */
    static Http2Exception flood(Flood flood, String detail) {
        return new Http2Exception(0, ErrorCode.ENHANCE_YOUR_CALM, detail, flood);
    }

    public static Http2Exception connection(int code, String detail) {
        return new Http2Exception(0, code, detail, null);
    }

    public static Http2Exception stream(int streamId, int code, String detail) {
        return new Http2Exception(streamId, code, detail, null);
    }

    public int streamId() {
        return streamId;
    }

    public int code() {
        return code;
    }

    /** What there was too much of, if that was it. */
    public @Nullable Flood flood() {
        return flood;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }
}
