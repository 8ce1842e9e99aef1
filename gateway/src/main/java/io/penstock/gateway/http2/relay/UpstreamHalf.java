// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.exchange.time.GrpcTimeout;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.stream.HeadRules;
import io.penstock.gateway.http2.stream.Http2Connection;
import io.penstock.gateway.http2.stream.Http2Stream;
import io.penstock.gateway.http2.stream.StreamEvents;
import io.penstock.gateway.http2.stream.Wakes;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One try of an exchange on one upstream stream in blocking style. Holds a slot of the connection from the beginning; the request's
 * head opens the stream.
 *
 * <p>Once the response is whole, what is still written of the request is dropped when the upstream wants no more of it.
 */
public final class UpstreamHalf implements Half, StreamEvents {
    private final Http2Connection up;
    private final Exchange exchange;
    private final BlockingStream blocking;
    private final AttemptReport report;
    private final AtomicBoolean slotHeld = new AtomicBoolean(true);
    /** Whether the caller speaks of it as HTTP/1.1 does. */
    private volatile boolean upgrade;
    /** Set by the connection's reader alone. */
    private volatile boolean responseStarted;

    private volatile boolean responseEnded;
    /** A head has come, an interim one perhaps. */
    private volatile boolean answered;
    /** The connection has ended, which takes what a reset does not: the answer was not its application's. */
    private volatile boolean lost;

    private volatile boolean closed;

    public UpstreamHalf(Http2Connection up, Exchange exchange) {
        this.up = up;
        this.exchange = exchange;
        this.blocking = new BlockingStream(up, 0);
        this.report = new AttemptReport(exchange.takeAttemptObserver());
    }

    // ---- Half ----

    @Override
    public void send(Head head, boolean end) {
        blocking.checkFailure();
        if (!slotHeld.compareAndSet(true, false)) {
            throw new IllegalStateException("a request has one head");
        }
        if (exchange.deadlined() && head.has(GrpcTimeout.NAME)) {
            head.set(GrpcTimeout.field(exchange.deadlineNanos() - System.nanoTime()));
        }
        Head sent = head;
        if (head.has(HeadRules.PROTOCOL)) {
            if (!up.peerTakesConnect()) {
                giveBack();
                over(Cause.PROTOCOL_UNSUPPORTED, Tunnels.REFUSED);
                blocking.checkFailure();
            }
            sent = Tunnels.request(head);
            upgrade = !"CONNECT".equals(head.method());
        }
        if (up.openReserved(sent, end, this) == null) {
            Wakes wakes = new Wakes();
            up.role().streamClosed(wakes);
            wakes.flush();
            over(Cause.UPSTREAM_GOAWAY, "the connection takes no more streams");
            blocking.checkFailure();
        }
        report.started();
        blocking.sending().add(up);
        Http2Stream stream = blocking.stream();
        if (blocking.failed() && stream != null) { // aborted while the stream was being opened
            up.send().reset(stream, ErrorCode.CANCEL, blocking.sending());
            blocking.flush();
        }
        blocking.checkFailure();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        blocking.write(bytes, offset, length);
    }

    @Override
    public void flush() {
        blocking.flush();
    }

    @Override
    public void end(@Nullable Head trailers) {
        blocking.end(trailers);
    }

    @Override
    public Head receive() {
        Head head = blocking.nextHead();
        return upgrade ? Tunnels.switched(head) : head;
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
    public void abort(Cause cause) {
        Wakes wakes = new Wakes();
        if (slotHeld.compareAndSet(true, false)) {
            up.giveBack(wakes);
        } else if (closed) {
            return;
        }
        over(cause, "the attempt was ended");
        Http2Stream stream = blocking.stream();
        if (stream != null) {
            up.send().reset(stream, ErrorCode.CANCEL, wakes);
        }
        wakes.flush();
    }

    /** Gives back the slot of a stream that was never opened. */
    public void giveUpSlot() {
        if (slotHeld.compareAndSet(true, false)) {
            giveBack();
        }
    }

    private void giveBack() {
        Wakes wakes = new Wakes();
        up.giveBack(wakes);
        wakes.flush();
    }

    private void over(Cause cause, String detail) {
        report.ended(cause, Exchange.NONE);
        blocking.fail(cause, detail);
    }

    @Override
    public boolean unanswered() {
        return lost && !answered;
    }

    // ---- StreamEvents ----

    @Override
    public void bound(Http2Stream stream) {
        blocking.bind(stream);
        exchange.attempt(up.streams().opened() > 1);
    }

    @Override
    public void head(Head head, boolean end, Wakes wakes) {
        answered = true;
        int status = head.status();
        int grpcStatus = end ? GrpcStatusField.read(exchange, head) : Exchange.NONE;
        if (status >= 200) {
            responseStarted = true;
            report.responded(status, grpcStatus);
        }
        noteEnd(end, grpcStatus);
        blocking.head(head, end);
    }

    @Override
    public void data(byte[] bytes, int offset, int length, boolean end, Wakes wakes) {
        noteEnd(end, Exchange.NONE);
        blocking.data(bytes, offset, length, end);
    }

    @Override
    public void droppedTrailers(int count) {
        exchange.droppedTrailers(false, count);
    }

    @Override
    public void trailers(Head trailers, Wakes wakes) {
        noteEnd(true, GrpcStatusField.read(exchange, trailers));
        blocking.trailers(trailers);
    }

    private void noteEnd(boolean end, int grpcStatus) {
        if (end) {
            responseEnded = true;
            report.ended(null, grpcStatus);
        }
    }

    @Override
    public void reset(int code, Wakes wakes) {
        if (responseEnded) {
            return; // a whole response, and no more of the request is wanted: see closed
        }
        if (code == ErrorCode.REFUSED_STREAM && !responseStarted) {
            over(Cause.UPSTREAM_REFUSED, "stream refused");
        } else {
            over(Cause.UPSTREAM_RESET, "stream reset, code " + code);
        }
    }

    @Override
    public void broken(int code, String detail, Wakes wakes) {
        Http2Stream stream = blocking.stream();
        over(Attempt.brokenBy(code), detail);
        if (stream != null) {
            up.send().reset(stream, code, wakes);
        }
    }

    @Override
    public boolean timed() {
        return Attempt.timed(exchange);
    }

    @Override
    public void late(Cause cause, String detail, Wakes wakes) {
        Http2Stream stream = blocking.stream();
        over(cause, detail);
        if (stream != null) {
            up.send().reset(stream, ErrorCode.CANCEL, wakes);
        }
    }

    @Override
    public void unprocessed(Wakes wakes) {
        over(Cause.UPSTREAM_GOAWAY, "above the last stream of the upstream's GOAWAY");
    }

    @Override
    public void lost(String detail, Wakes wakes) {
        if (!responseEnded) {
            lost = true;
            over(Cause.UPSTREAM_RESET, detail);
        }
    }

    @Override
    public void written(int bytes, Wakes wakes) {
        blocking.written(bytes);
    }

    @Override
    public void closed(Wakes wakes) {
        closed = true;
        blocking.dropWrites();
    }
}
