// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Head;
import org.jspecify.annotations.Nullable;

/** One try of an exchange on one upstream stream: the upstream's half of a {@link Relay}. */
final class Attempt implements StreamEvents {
    private final Relay relay;
    private final Http2Connection up;
    private @Nullable Http2Stream stream;
    private boolean responseStarted;
    private boolean responseEnded;
    private long written;
    private volatile boolean ended;

    Attempt(Relay relay, Http2Connection up) {
        this.relay = relay;
        this.up = up;
    }

    Http2Connection up() {
        return up;
    }

    void sendData(byte[] bytes, int offset, int length, boolean end, Wakes wakes) {
        if (stream != null) {
            up.sendData(stream, bytes, offset, length, end, wakes);
        }
    }

    void sendTrailers(Head trailers, Wakes wakes) {
        if (stream != null) {
            up.sendTrailers(stream, trailers, wakes);
        }
    }

    /** Lets the upstream send as many bytes again. */
    void returnCredit(int bytes, Wakes wakes) {
        if (!ended && stream != null) {
            up.returnCredit(stream, bytes, wakes);
        }
    }

    /** Resets the upstream stream unless it has ended. */
    void cancel(int code, Wakes wakes) {
        if (!ended && stream != null) {
            up.reset(stream, code, wakes);
        }
    }

    /** The downstream has all it wants: the stream is left to end by itself. */
    void leaveAlone() {
        if (!ended && stream != null) {
            up.leaveAlone(stream);
        }
    }

    @Override
    public void bound(Http2Stream to) {
        stream = to;
        relay.opened(up);
    }

    @Override
    public void head(Head head, boolean end, Wakes wakes) {
        responseStarted |= head.status() >= 200;
        responseEnded = end;
        relay.responseHead(this, head, end, wakes);
    }

    @Override
    public void data(byte[] bytes, int offset, int length, boolean end, Wakes wakes) {
        responseEnded = end;
        relay.responseData(this, bytes, offset, length, end, wakes);
    }

    @Override
    public void trailers(Head trailers, Wakes wakes) {
        responseEnded = true;
        relay.responseTrailers(this, trailers, wakes);
    }

    @Override
    public void reset(int code, Wakes wakes) {
        if (responseEnded) {
            relay.resetAfterResponse(this, code, wakes);
        } else if (code == ErrorCode.REFUSED_STREAM && !responseStarted) {
            relay.retry(this, Cause.UPSTREAM_REFUSED, "stream refused", wakes);
        } else {
            // NO_ERROR would tell the downstream that what it has is complete (RFC 9113 §8.1)
            int onward = code == ErrorCode.NO_ERROR ? ErrorCode.INTERNAL_ERROR : code;
            relay.failed(this, Cause.UPSTREAM_RESET, "stream reset, code " + code, onward, wakes);
        }
    }

    @Override
    public void broken(int code, String detail, Wakes wakes) {
        cancel(code, wakes);
        relay.failed(this, Cause.UPSTREAM_PROTOCOL, detail, ErrorCode.INTERNAL_ERROR, wakes);
    }

    @Override
    public void unprocessed(Wakes wakes) {
        relay.retry(this, Cause.UPSTREAM_GOAWAY, "above the last stream of the upstream's GOAWAY", wakes);
    }

    @Override
    public void lost(String detail, Wakes wakes) {
        relay.failed(this, Cause.UPSTREAM_RESET, detail, ErrorCode.INTERNAL_ERROR, wakes);
    }

    @Override
    public void written(int bytes, Wakes wakes) {
        written += bytes;
        relay.requestWritten(this, written, wakes);
    }

    @Override
    public void closed(Wakes wakes) {
        ended = true;
    }
}
