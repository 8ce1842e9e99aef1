// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.side.Downstream;
import io.penstock.gateway.exchange.time.UpgradeTimeouts;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.stream.Http2Connection;
import io.penstock.gateway.http2.stream.Http2Stream;
import io.penstock.gateway.http2.stream.StreamEvents;
import io.penstock.gateway.http2.stream.Wakes;
import org.jspecify.annotations.Nullable;

/**
 * The downstream's half of one exchange: passes what arrives on the downstream stream to the current {@link Attempt}, and what the
 * attempt finds to the downstream stream; or, where the upstream does not speak HTTP/2, to and from a thread in blocking style.
 *
 * <p>Its monitor guards its fields and those of {@link RelayedRequest} and {@link RelayedResponse}. It is held for a few instructions,
 * never during a call to a connection.
 */
public final class Relay implements StreamEvents, Downstream {
    private static final System.Logger LOG = System.getLogger(Relay.class.getName());

    private final Http2Connection down;
    private final Exchange exchange;
    private final ExchangeHandler handler;
    private final int replayBytes;
    private final Thread readerThread;
    private final Wakes readerWakes;
    private final RelayedRequest request;
    private final RelayedResponse response;
    private final Attempts attempts = new Attempts(this);
    private @Nullable Http2Stream stream;
    private volatile @Nullable DownstreamHalf half;
    private boolean finished;
    /** The downstream stream did not come to its regular end. */
    private boolean aborted;

    public Relay(
            Http2Connection down,
            Head request,
            Peer peer,
            ExchangeHandler handler,
            ExchangeObserver observer,
            int replayBytes,
            Wakes readerWakes) {
        this.down = down;
        this.handler = handler;
        this.replayBytes = replayBytes;
        this.readerThread = Thread.currentThread();
        this.readerWakes = readerWakes;
        this.exchange = new Exchange(request, peer, this, observer);
        this.request = new RelayedRequest(this, replayBytes);
        this.response = new RelayedResponse(this, down.send());
    }

    public Exchange exchange() {
        return exchange;
    }

    RelayedRequest request() {
        return request;
    }

    RelayedResponse response() {
        return response;
    }

    Http2Stream stream() {
        if (stream == null) {
            throw new IllegalStateException("the relay has no stream yet");
        }
        return stream;
    }

    /** Hands the exchange to the pipeline; called once, by the reader, when the stream is in its table. */
    public void begin(boolean end) {
        if (end) {
            request.end();
        }
        guarded(() -> handler.open(exchange));
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (GatewayException e) {
            refuse(e);
        } catch (RuntimeException e) {
            refuse(new GatewayException(Cause.INTERNAL, defect(e), e));
        }
    }

    String defect(RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "defect in an exchange of route " + exchange.route(), e);
        return "defect: " + e;
    }

    // ---- Downstream ----

    @Override
    public synchronized boolean bodiless() {
        return request.headAlone();
    }

    @Override
    public void offload(Runnable step) {
        Thread.startVirtualThread(() -> guarded(step));
    }

    @Override
    public void refuse(GatewayException reason) {
        Wakes wakes = wakes();
        fail(reason.reason(), reason.detail(), ErrorCode.INTERNAL_ERROR, wakes);
        flushUnlessReader(wakes);
    }

    @Override
    public void failAttempt(GatewayException reason) {
        Attempt current;
        boolean repeatable;
        synchronized (this) {
            if (finished || response.started()) {
                return;
            }
            current = attempts.current();
            repeatable = current != null && request.whole();
            if (current != null && repeatable) {
                attempts.detach(current);
            }
        }
        DownstreamHalf blocking = half;
        if (blocking != null ? blocking.failAttempt(reason.reason()) : current != null && repeatable) {
            if (current != null) {
                attempts.replace(current, reason);
            }
        } else {
            refuse(reason);
        }
    }

    @Override
    public void answer(Head head, byte[] body) {
        Attempt current;
        synchronized (this) {
            if (finished || response.started()) {
                return;
            }
            finished = true;
            current = attempts.current();
            request.drop();
        }
        Wakes wakes = wakes();
        if (current != null) {
            current.abandon(wakes);
        }
        attempts.endUnstarted(null);
        exchange.status(head.status());
        exchange.grpcStatus(GrpcStatusField.read(exchange, head));
        if (!exchange.method().equals("HEAD")) {
            exchange.addResponseBytes(body.length);
        }
        OwnAnswer.whole(stream(), exchange, head, body, wakes);
        flushUnlessReader(wakes);
    }

    @Override
    public RequestHalf half() {
        DownstreamHalf existing = half;
        if (existing != null) {
            return existing;
        }
        DownstreamHalf made = new DownstreamHalf(this, down, replayBytes);
        made.stream().bind(stream());
        boolean late;
        synchronized (this) {
            late = finished || aborted;
            if (!late) { // otherwise what was kept of the request is gone, and nobody wants it
                request.moveTo(made.stream());
            }
            half = made;
        }
        if (late) {
            Cause cause = exchange.cause();
            made.failed(cause == null ? Cause.DOWNSTREAM_GONE : cause, exchange.detail());
        }
        return made;
    }

    /** Whether a thread in blocking style serves the exchange, so that frames are relayed no more. */
    public boolean blocking() {
        return half != null;
    }

    /** The reader's own wakes when it runs on the reader, which flushes them after its read; otherwise new ones. */
    Wakes wakes() {
        return Thread.currentThread() == readerThread ? readerWakes : new Wakes();
    }

    void flushUnlessReader(Wakes wakes) {
        if (wakes != readerWakes) {
            wakes.flush();
        }
    }

    /** Ends the exchange with this cause, and its attempt with CANCEL. */
    void fail(Cause cause, String detail, int code, Wakes wakes) {
        Attempt current;
        boolean started;
        boolean answered;
        synchronized (this) {
            if (finished || response.ended()) {
                return;
            }
            finished = true;
            started = response.started();
            current = attempts.current();
            request.drop();
            answered = response.failMeanwhile(cause, code);
        }
        exchange.fail(cause, detail);
        if (current != null) {
            current.cancel(cause, cause == Cause.DOWNSTREAM_GONE ? code : ErrorCode.CANCEL, wakes);
        }
        attempts.endUnstarted(cause);
        DownstreamHalf blocking = half;
        if (blocking != null) {
            blocking.failed(cause, detail);
        }
        if (gone(cause) || answered) {
            return;
        }
        if (started) {
            OwnAnswer.breakOff(stream(), exchange, cause, code, wakes);
        } else {
            OwnAnswer.refuse(stream(), exchange, cause, wakes);
        }
    }

    static boolean gone(Cause cause) {
        return cause == Cause.DOWNSTREAM_GONE || cause == Cause.DOWNSTREAM_PROTOCOL;
    }

    // ---- under the monitor ----

    boolean finished() {
        return finished;
    }

    // ---- attempts ----

    Attempts attempts() {
        return attempts;
    }

    /**
     * Sends the exchange on this connection.
     *
     * @param onlyOne no other connection can be had, so that this one is right even when it refused the exchange before
     * @return false when the connection takes no stream now, or not this one
     */
    public boolean attach(Http2Connection up, int streamLimit, boolean onlyOne) {
        return attempts.attach(up, streamLimit, onlyOne);
    }

    /** The upstream gave a complete response and then reset the stream: it wants no more of the request. */
    void resetAfterResponse(Attempt by, int code, Wakes wakes) {
        if (attempts.current() == by) {
            down.send().resetAfterWaiting(stream(), code, wakes);
        }
    }

    /** The attempt has passed on so many request bytes in all; what is new of them goes back to the downstream as credit. */
    void requestWritten(Attempt by, long total, Wakes wakes) {
        int credit = request.written(by, total);
        if (credit > 0) {
            down.receive().returnCredit(stream(), credit, wakes);
        }
    }

    // ---- from a thread in blocking style ----

    /** Whether the exchange asks for a pipe of bytes, whose two directions end each for itself: no other CONNECT is served. */
    public boolean tunnel() {
        return exchange.method().equals("CONNECT");
    }

    /** The response is complete: what still comes of the request is of no use (RFC 9113 §8.1). */
    void wantNoMore(Wakes wakes) {
        boolean open = tunnel() && exchange.status() / 100 == 2;
        if (!request.ended() && !open) {
            down.send().resetAfterWaiting(stream(), ErrorCode.NO_ERROR, wakes);
        }
    }

    /** Ends the exchange for this reason, with a word to both sides where a thread in blocking style knows one. */
    public void goAway(GatewayException reason) {
        DownstreamHalf blocking = half;
        if (blocking != null && tunnel()) {
            exchange.fail(reason.reason(), reason.detail());
            if (blocking.runningGoesAway()) {
                return;
            }
        }
        refuse(reason);
    }

    /** Ends both directions at once. */
    void abort(Cause cause) {
        Wakes wakes = wakes();
        boolean answered;
        synchronized (this) {
            answered = response.ended();
        }
        if (answered && !request.ended()) {
            down.send().resetAfterWaiting(stream(), ErrorCode.NO_ERROR, wakes);
        }
        fail(cause, "ended by the gateway", ErrorCode.INTERNAL_ERROR, wakes);
        flushUnlessReader(wakes);
    }

    /** Looks at the clock; called a few times a second for a {@link #tunnel}. */
    public void upkeep(long now) {
        UpgradeTimeouts limits = exchange.upgradeTimeouts();
        boolean answered;
        synchronized (this) {
            answered = response.ended();
        }
        GatewayException passed = limits == null ? null : limits.passed(now, answered || request.ended());
        if (passed == null) {
            return;
        }
        if (!answered) {
            refuse(passed);
            return;
        }
        exchange.fail(passed.reason(), passed.detail());
        synchronized (this) {
            aborted = true; // so that the attempt ends with the stream
        }
        Wakes wakes = wakes();
        down.send().reset(stream(), ErrorCode.CANCEL, wakes);
        flushUnlessReader(wakes);
    }

    // ---- StreamEvents of the downstream stream ----

    @Override
    public void bound(Http2Stream to) {
        stream = to;
    }

    @Override
    public void head(Head head, boolean end, Wakes wakes) {
        throw new IllegalStateException("a request head opens a stream");
    }

    @Override
    public void data(byte[] bytes, int offset, int length, boolean end, Wakes wakes) {
        exchange.addRequestBytes(length);
        request.data(bytes, offset, length, end, wakes);
    }

    @Override
    public void droppedTrailers(int count) {
        exchange.droppedTrailers(true, count);
    }

    @Override
    public void trailers(Head trailers, Wakes wakes) {
        request.trailers(trailers, wakes);
    }

    @Override
    public void reset(int code, Wakes wakes) {
        aborted("reset by the downstream, code " + code, Cause.DOWNSTREAM_GONE, code, wakes);
    }

    @Override
    public void broken(int code, String detail, Wakes wakes) {
        aborted(detail, Cause.DOWNSTREAM_PROTOCOL, code, wakes);
    }

    @Override
    public boolean timed() {
        return Attempt.timed(exchange) && !tunnel();
    }

    @Override
    public void late(Cause cause, String detail, Wakes wakes) {
        fail(cause, detail, ErrorCode.CANCEL, wakes);
    }

    @Override
    public void unprocessed(Wakes wakes) {
        lost("the downstream is going away", wakes);
    }

    @Override
    public void lost(String detail, Wakes wakes) {
        aborted(detail, Cause.DOWNSTREAM_GONE, ErrorCode.CANCEL, wakes);
    }

    private void aborted(String detail, Cause cause, int code, Wakes wakes) {
        synchronized (this) {
            aborted = true;
            if (!finished && !response.ended()) {
                exchange.fail(cause, detail); // a thread that finds it aborted has to find why
            }
        }
        fail(cause, detail, code, wakes);
    }

    @Override
    public void written(int bytes, Wakes wakes) {
        Attempt current = attempts.current();
        DownstreamHalf blocking = half;
        if (current != null) {
            current.returnCredit(bytes, wakes);
        } else if (blocking != null) {
            blocking.stream().written(bytes);
        }
    }

    @Override
    public void closed(Wakes wakes) {
        Attempt current = attempts.current();
        DownstreamHalf blocking = half;
        boolean complete;
        synchronized (this) {
            complete = response.ended() && !finished && !aborted;
        }
        if (current != null && complete) {
            current.leaveAlone(); // the end of the request may still wait for the upstream's window
        } else if (current != null) {
            current.cancel(Cause.DOWNSTREAM_GONE, ErrorCode.CANCEL, wakes); // does nothing when it has ended
        }
        if (blocking != null) {
            blocking.closed();
        }
        exchange.end();
    }
}
