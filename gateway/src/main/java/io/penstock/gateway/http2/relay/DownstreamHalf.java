// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.half.RunningAttempt;
import io.penstock.gateway.http2.stream.Http2Connection;
import org.jspecify.annotations.Nullable;

/**
 * A downstream stream in blocking style, for an exchange whose upstream does not speak HTTP/2. Its {@link Relay} brings what arrives
 * on the stream and keeps what became of the exchange.
 */
final class DownstreamHalf implements RequestHalf {
    private final Relay relay;
    private final Exchange exchange;
    private final BlockingStream blocking;
    private @Nullable RunningAttempt running;
    private @Nullable Cause failure;

    DownstreamHalf(Relay relay, Http2Connection down, int replayBytes) {
        this.relay = relay;
        this.exchange = relay.exchange();
        this.blocking = new BlockingStream(down, replayBytes);
    }

    /** What the connection's threads bring. */
    BlockingStream stream() {
        return blocking;
    }

    /** The exchange is over before its response was: wakes whoever blocks, and ends the attempt. */
    void failed(Cause cause, String detail) {
        RunningAttempt attempt;
        synchronized (this) {
            if (failure != null) {
                return;
            }
            failure = cause;
            attempt = running;
        }
        blocking.fail(cause, detail);
        if (attempt != null) {
            attempt.abort(cause);
        }
    }

    /** Ends the attempt that is under way, and so wakes the thread that it keeps; false when there is none. */
    boolean failAttempt(Cause cause) {
        RunningAttempt attempt;
        synchronized (this) {
            attempt = running;
        }
        if (attempt == null) {
            return false;
        }
        attempt.abort(cause);
        return true;
    }

    /** Has the attempt that is under way tell both sides of the end; false when it cannot. */
    boolean runningGoesAway() {
        RunningAttempt attempt;
        synchronized (this) {
            attempt = running;
        }
        return attempt != null && attempt.goAway();
    }

    /** The stream is over; what is here of a complete request can still be read. */
    void closed() {
        blocking.dropWrites();
        if (!blocking.ended()) {
            blocking.fail(Cause.DOWNSTREAM_GONE, "the stream has ended");
        }
    }

    private GatewayException over() {
        Cause cause = exchange.cause();
        return new GatewayException(cause == null ? Cause.DOWNSTREAM_GONE : cause, "the exchange has ended");
    }

    // ---- RequestHalf ----

    @Override
    public void running(@Nullable RunningAttempt attempt) {
        Cause already;
        synchronized (this) {
            running = attempt;
            already = failure;
        }
        if (attempt != null && already != null) {
            attempt.abort(already);
        }
    }

    @Override
    public boolean rewind() {
        return blocking.rewind();
    }

    @Override
    public void release() {
        blocking.release();
    }

    // ---- Half ----

    @Override
    public Head receive() {
        return exchange.request();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        return blocking.read(buffer, offset, length);
    }

    @Override
    public @Nullable Head trailers() {
        return blocking.trailers();
    }

    @Override
    public boolean ready() {
        return blocking.ready();
    }

    @Override
    public boolean received() {
        return blocking.ended();
    }

    @Override
    public void send(Head head, boolean end) {
        blocking.checkFailure();
        if (relay.tunnel()) {
            Tunnels.response(head);
        }
        if (!relay.response().head(head, end, blocking.sending())) {
            throw over();
        }
        if (end) {
            relay.wantNoMore(blocking.sending());
            blocking.flush();
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        exchange.addResponseBytes(length);
        blocking.write(bytes, offset, length);
    }

    @Override
    public void flush() {
        blocking.flush();
    }

    @Override
    public void end(@Nullable Head trailers) {
        blocking.checkFailure();
        if (!relay.response().ending(trailers)) {
            throw over();
        }
        blocking.end(trailers);
        relay.wantNoMore(blocking.sending());
        blocking.flush();
    }

    @Override
    public void abort(Cause cause) {
        relay.abort(cause);
    }
}
