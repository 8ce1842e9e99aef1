// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Downstream;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.GrpcTimeout;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.Refusal;
import io.penstock.gateway.exchange.RequestHalf;
import io.penstock.gateway.exchange.Upstream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The downstream's half of one relayed exchange: passes what arrives on the downstream stream to the current {@link Attempt}, and
 * what the attempt finds to the downstream stream.
 *
 * <p>Request bytes are kept until the response begins, up to a limit, so that an attempt that the upstream certainly did not
 * process can be made once more; bytes that arrive before there is an attempt are kept within the stream's window.
 *
 * <p>Its monitor guards its fields. It is held for a few instructions, never during a call to a connection.
 */
final class Relay implements StreamEvents, Downstream {
    private static final System.Logger LOG = System.getLogger(Relay.class.getName());
    private static final int MOST_ATTEMPTS = 2;
    private static final byte[] EMPTY = {};

    private final Http2Connection down;
    private final Exchange exchange;
    private final ExchangeHandler handler;
    private final int replayBytes;
    private final Thread readerThread;
    private final Wakes readerWakes;
    private @Nullable Http2Stream stream;

    private volatile @Nullable Attempt attempt;
    private boolean attached;
    /** The connection that did not process the first attempt. */
    private volatile @Nullable Http2Connection failedOn;

    private boolean finished;
    /** The downstream stream did not come to its regular end. */
    private boolean aborted;

    private boolean responseStarted;
    private boolean headSent;
    private @Nullable Cause failedMeanwhile;
    private int failedCode;
    private boolean responseEnded;
    private volatile boolean requestEnded;
    private @Nullable Head requestTrailers;
    private byte @Nullable [] held = EMPTY;
    private int heldLength;
    private long returned;

    Relay(
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
    }

    Exchange exchange() {
        return exchange;
    }

    /** Hands the exchange to the pipeline; called once, by the reader, when the stream is in its table. */
    void begin(boolean end) {
        requestEnded = end;
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

    // ---- Downstream ----

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
    public void answer(Head head, byte[] body) {
        throw new UnsupportedOperationException("answers of the gateway's own");
    }

    @Override
    public RequestHalf half() {
        throw new GatewayException(Cause.PROTOCOL_UNSUPPORTED, "HTTP/2 exchanges are relayed to HTTP/2 only");
    }

    /** The reader's own wakes when it runs on the reader, which flushes them after its read; otherwise new ones. */
    private Wakes wakes() {
        return Thread.currentThread() == readerThread ? readerWakes : new Wakes();
    }

    private void flushUnlessReader(Wakes wakes) {
        if (wakes != readerWakes) {
            wakes.flush();
        }
    }

    /** Ends the exchange with this cause, and its attempt with CANCEL. */
    private void fail(Cause cause, String detail, int code, Wakes wakes) {
        Attempt current;
        boolean started;
        boolean answered;
        synchronized (this) {
            if (finished || responseEnded) {
                return;
            }
            finished = true;
            started = responseStarted;
            current = attempt;
            held = null;
            if (started && !headSent) { // the upstream's reader is about to send the head, and then finds this
                failedMeanwhile = cause;
                failedCode = code;
            }
            answered = started && !headSent;
        }
        exchange.fail(cause, detail);
        if (current != null) {
            current.cancel(cause == Cause.DOWNSTREAM_GONE ? code : ErrorCode.CANCEL, wakes);
        }
        if (!gone(cause) && !answered) {
            answer(cause, started, code, wakes);
        }
    }

    private static boolean gone(Cause cause) {
        return cause == Cause.DOWNSTREAM_GONE || cause == Cause.DOWNSTREAM_PROTOCOL;
    }

    private void answer(Cause cause, boolean started, int code, Wakes wakes) {
        Http2Stream to = stream();
        if (!started) {
            exchange.status(Refusal.status(exchange, cause));
            Head head = Refusal.head(exchange, cause);
            boolean bodiless = exchange.grpc() || exchange.method().equals("HEAD");
            down.sendHead(to, head, bodiless, wakes);
            if (!bodiless) {
                byte[] body = Refusal.body(cause);
                down.sendData(to, body, 0, body.length, true, wakes);
            }
        } else if (exchange.grpc()) {
            down.sendLastTrailers(to, Refusal.trailers(exchange, cause), wakes);
        } else {
            down.reset(to, code, wakes);
            return;
        }
        if (exchange.grpc()) {
            exchange.grpcStatus(cause.grpcStatus().code());
        }
        down.resetAfterWaiting(to, ErrorCode.NO_ERROR, wakes); // we read no more of the request (RFC 9113 §8.1)
    }

    private Http2Stream stream() {
        if (stream == null) {
            throw new IllegalStateException("the relay has no stream yet");
        }
        return stream;
    }

    // ---- attempts ----

    /** An attempt has its stream: counts it. */
    void opened(Http2Connection up) {
        exchange.attempt(up.opened() > 1);
    }

    /**
     * Sends the exchange on this connection.
     *
     * @param onlyOne no other connection can be had, so that this one is right even when it refused the exchange before
     * @return false when the connection takes no stream now, or not this one
     */
    boolean attach(Http2Connection up, int streamLimit, boolean onlyOne) {
        if (up == failedOn && !onlyOne) {
            return false;
        }
        Attempt next = new Attempt(this, up);
        boolean endWithHead;
        synchronized (this) {
            if (finished) {
                return true;
            }
            attempt = next;
            attached = false;
            endWithHead = requestEnded && heldLength == 0 && requestTrailers == null;
        }
        subtractTimeout();
        if (up.open(exchange.request(), endWithHead, next, streamLimit) == null) {
            synchronized (this) {
                if (attempt == next) {
                    attempt = null;
                }
            }
            return false;
        }
        Wakes wakes = wakes();
        wakes.add(up);
        if (endWithHead) {
            attached(next, wakes);
        } else {
            sendHeld(next, wakes);
        }
        flushUnlessReader(wakes);
        return true;
    }

    private void attached(Attempt next, Wakes wakes) {
        boolean cancelled;
        synchronized (this) {
            cancelled = finished || attempt != next;
            attached |= !cancelled;
        }
        if (cancelled) {
            next.cancel(ErrorCode.CANCEL, wakes);
        }
    }

    private void subtractTimeout() {
        if (exchange.deadlined() && exchange.request().has(GrpcTimeout.NAME)) {
            exchange.request().set(GrpcTimeout.field(exchange.deadlineNanos() - System.nanoTime()));
        }
    }

    /** Sends what was kept, until nothing is left; from then on the reader sends directly. */
    private void sendHeld(Attempt next, Wakes wakes) {
        int sent = 0;
        boolean endSent = false;
        while (true) {
            byte[] bytes;
            int length;
            boolean end;
            Head trailers;
            boolean stale;
            synchronized (this) {
                stale = finished || attempt != next;
                bytes = held == null ? EMPTY : held;
                length = heldLength;
                end = requestEnded;
                trailers = requestTrailers;
                if (sent == length && !stale) {
                    attached = true;
                    if (heldLength > replayBytes || responseStarted) {
                        held = null;
                    }
                }
            }
            if (stale) {
                next.cancel(ErrorCode.CANCEL, wakes);
                return;
            }
            if (sent == length) {
                if (trailers != null) {
                    next.sendTrailers(trailers, wakes);
                } else if (end && !endSent) {
                    next.sendData(EMPTY, 0, 0, true, wakes);
                }
                return;
            }
            endSent = end && trailers == null;
            next.sendData(bytes, sent, length - sent, endSent, wakes);
            sent = length;
        }
    }

    /** The attempt failed, and the upstream certainly did not process it: makes another, or fails the exchange. */
    void retry(Attempt failed, Cause cause, String detail, Wakes wakes) {
        Upstream upstream = exchange.upstream();
        synchronized (this) {
            if (attempt != failed) {
                return;
            }
            attempt = null;
            attached = false;
            failedOn = failed.up();
            if (responseStarted || held == null || exchange.attempts() >= MOST_ATTEMPTS) {
                upstream = null;
            }
        }
        if (upstream == null) {
            fail(cause, detail, ErrorCode.REFUSED_STREAM, wakes);
            return;
        }
        Upstream again = upstream;
        guarded(() -> again.open(exchange));
    }

    /** The attempt failed for good. */
    void failed(Attempt by, Cause cause, String detail, int code, Wakes wakes) {
        synchronized (this) {
            if (attempt != by) {
                return;
            }
        }
        fail(cause, detail, code, wakes);
    }

    // ---- what the attempt found ----

    void responseHead(Attempt by, Head head, boolean end, Wakes wakes) {
        int status = head.status();
        synchronized (this) {
            if (attempt != by || finished) {
                return;
            }
        }
        if (!shown(head, wakes)) {
            return;
        }
        synchronized (this) {
            if (finished) {
                return;
            }
            if (status >= 200) {
                responseStarted = true;
                responseEnded = end;
                if (attached) {
                    held = null;
                }
            }
        }
        if (status >= 200) {
            exchange.status(status);
            if (end) {
                noteGrpcStatus(head);
            }
        }
        down.sendHead(stream(), head, end, wakes);
        if (status >= 200) {
            answerFailure(wakes);
        }
    }

    /** Shows the head to the filters; false when one of them failed, which must not end the upstream's connection. */
    private boolean shown(Head head, Wakes wakes) {
        try {
            exchange.responded(head);
            return true;
        } catch (GatewayException e) {
            fail(e.reason(), e.detail(), ErrorCode.INTERNAL_ERROR, wakes);
        } catch (RuntimeException e) {
            fail(Cause.INTERNAL, defect(e), ErrorCode.INTERNAL_ERROR, wakes);
        }
        return false;
    }

    private String defect(RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "defect in an exchange of route " + exchange.route(), e);
        return "defect: " + e;
    }

    /** Ends a response whose exchange failed between the decision to send its head and the head itself. */
    private void answerFailure(Wakes wakes) {
        Cause cause;
        synchronized (this) {
            headSent = true;
            cause = failedMeanwhile;
        }
        if (cause != null && !gone(cause)) {
            answer(cause, true, failedCode, wakes);
        }
    }

    void responseData(Attempt by, byte[] bytes, int offset, int length, boolean end, Wakes wakes) {
        if (attempt != by) {
            return;
        }
        exchange.addResponseBytes(length);
        if (end) {
            endResponse();
        }
        down.sendData(stream(), bytes, offset, length, end, wakes);
    }

    void responseTrailers(Attempt by, Head trailers, Wakes wakes) {
        if (attempt != by) {
            return;
        }
        noteGrpcStatus(trailers);
        endResponse();
        down.sendTrailers(stream(), trailers, wakes);
    }

    private synchronized void endResponse() {
        responseEnded = true;
    }

    private void noteGrpcStatus(Head head) {
        if (!exchange.grpc()) {
            return;
        }
        String text = head.value("grpc-status");
        if (text == null || text.isEmpty() || text.length() > 2) {
            return;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return;
            }
            value = value * 10 + digit;
        }
        exchange.grpcStatus(value);
    }

    /** The upstream gave a complete response and then reset the stream: it wants no more of the request. */
    void resetAfterResponse(Attempt by, int code, Wakes wakes) {
        if (attempt == by) {
            down.resetAfterWaiting(stream(), code, wakes);
        }
    }

    /** The attempt has passed on so many request bytes in all; what is new of them goes back to the downstream as credit. */
    void requestWritten(Attempt by, long total, Wakes wakes) {
        if (requestEnded) {
            return;
        }
        int credit;
        synchronized (this) {
            if (attempt != by || total <= returned) {
                return;
            }
            credit = (int) (total - returned);
            returned = total;
        }
        down.returnCredit(stream(), credit, wakes);
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
        Attempt to;
        synchronized (this) {
            if (finished) {
                return;
            }
            to = attached ? attempt : null;
            hold(bytes, offset, length, to == null);
            requestEnded = end;
        }
        if (to != null) {
            to.sendData(bytes, offset, length, end, wakes);
        }
    }

    private void hold(byte[] bytes, int offset, int length, boolean must) {
        byte[] kept = held;
        if (kept == null) {
            return;
        }
        if (!must && heldLength + length > replayBytes) {
            held = null;
            return;
        }
        if (heldLength + length > kept.length) {
            kept = Arrays.copyOf(kept, heldLength == 0 ? length : Math.max(heldLength + length, 2 * heldLength));
            held = kept;
        }
        System.arraycopy(bytes, offset, kept, heldLength, length);
        heldLength += length;
    }

    @Override
    public void trailers(Head trailers, Wakes wakes) {
        Attempt to;
        synchronized (this) {
            requestTrailers = trailers;
            requestEnded = true;
            to = attached ? attempt : null;
        }
        if (to != null) {
            to.sendTrailers(trailers, wakes);
        }
    }

    private synchronized void abort() {
        aborted = true;
    }

    @Override
    public void reset(int code, Wakes wakes) {
        abort();
        fail(Cause.DOWNSTREAM_GONE, "reset by the downstream, code " + code, code, wakes);
    }

    @Override
    public void broken(int code, String detail, Wakes wakes) {
        abort();
        fail(Cause.DOWNSTREAM_PROTOCOL, detail, code, wakes);
    }

    @Override
    public void unprocessed(Wakes wakes) {
        lost("the downstream is going away", wakes);
    }

    @Override
    public void lost(String detail, Wakes wakes) {
        abort();
        fail(Cause.DOWNSTREAM_GONE, detail, ErrorCode.CANCEL, wakes);
    }

    @Override
    public void written(int bytes, Wakes wakes) {
        Attempt current = attempt;
        if (current != null) {
            current.returnCredit(bytes, wakes);
        }
    }

    @Override
    public void closed(Wakes wakes) {
        Attempt current = attempt;
        boolean complete;
        synchronized (this) {
            complete = responseEnded && !finished && !aborted;
        }
        if (current != null && complete) {
            current.leaveAlone(); // the end of the request may still wait for the upstream's window
        } else if (current != null) {
            current.cancel(ErrorCode.CANCEL, wakes); // does nothing when it has ended
        }
        exchange.end();
    }
}
