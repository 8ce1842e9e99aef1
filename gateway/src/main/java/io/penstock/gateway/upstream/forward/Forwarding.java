// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.forward;

import io.penstock.gateway.exchange.Blame;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.AttemptFailure;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.side.Upstream;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One attempt in blocking style: passes the request from the downstream's half to the attempt's, and the response back. An event loop takes
 * it in two steps, {@link #send} and {@link #receiveArrived}, each of which finds all that it reads at hand.
 *
 * <p>A request that is here whole and small goes out in one flush, and then the response is received on the same thread. The body of any
 * other request is sent by an {@link Upload} meanwhile, so that an answer may come before the request has ended. Whatever direction, bytes
 * are held back only while more of them are at hand: what is written by an upstream in one go is written downstream in one go, and an event
 * stream is never delayed.
 */
public final class Forwarding {
    /** What a request may have for a body and still be sent on the thread that receives the response. */
    private static final int INLINE_BYTES = 64 * 1024;
    /** How long an attempt that has ended waits for its upload, before it is too late for another attempt, or for the connection's reuse. */
    private static final Duration UPLOAD_PATIENCE = Duration.ofMillis(50);

    private final Exchange exchange;
    private final RequestHalf down;
    private final Lease lease;
    private final Half up;
    private @Nullable Upload upload;
    private @Nullable GatewayException requestFailure;
    private boolean answered;
    private boolean leased = true;
    private @Nullable Head arrived;

    /** How far an attempt has come. */
    public enum Outcome {
        /** The request is on its way, and a response will come. */
        WAITS,
        /** A head is here, and what belongs to it is not: the rest takes a thread. */
        COMES_IN_PIECES,
        /** The connection was {@linkplain Lease#stale stale}: the attempt has to go on with another one. */
        STALE,
        /** The exchange has its response, or was opened again. */
        OVER
    }

    /** Nothing is sent before {@link #send}. */
    public Forwarding(Exchange exchange, Lease lease) {
        this.exchange = exchange;
        this.down = exchange.half();
        this.lease = lease;
        this.up = lease.half();
    }

    /**
     * Runs the attempt to its end on the calling thread, which is the exchange's own.
     *
     * @return false when the connection was {@linkplain Lease#stale stale} and the attempt has to go on with another one; true when
     *     the exchange has its response, or was opened again
     * @throws GatewayException why the exchange fails
     */
    public static boolean run(Exchange exchange, Lease lease) {
        Forwarding attempt = new Forwarding(exchange, lease);
        Outcome outcome = attempt.send();
        return (outcome == Outcome.WAITS ? attempt.receive(() -> {}) : outcome) != Outcome.STALE;
    }

    /** Begins the attempt and sends the request. */
    public Outcome send() {
        return guarded(() -> {
            down.running(up);
            refuseIfRefused();
            lease.started();
            sendRequest();
            return Outcome.WAITS;
        });
    }

    /**
     * Receives the response, or what has not {@linkplain #receiveArrived arrived} of it, and passes it on; blocks until its end.
     *
     * @param rest sends what is left of the request before
     */
    public Outcome receive(Runnable rest) {
        return guarded(() -> {
            sending(rest);
            passOn(finalHead());
            return Outcome.OVER;
        });
    }

    /** As {@link #receive}, of a response of which a head is here: passes it on if nothing of it is missing. Never blocks. */
    public Outcome receiveArrived() {
        return guarded(() -> {
            Head head = receiveHead();
            if (interim(head)) {
                return Outcome.COMES_IN_PIECES;
            }
            if (!up.received()) {
                arrived = head;
                return Outcome.COMES_IN_PIECES;
            }
            passOn(head);
            return Outcome.OVER;
        });
    }

    private Outcome guarded(Supplier<Outcome> step) {
        try {
            return step.get();
        } catch (GatewayException e) {
            return failed(e) ? Outcome.OVER : Outcome.STALE;
        } catch (RuntimeException | Error e) {
            endLease(Cause.INTERNAL);
            throw e;
        }
    }

    /** Somebody may have refused the exchange before it could abort this attempt. */
    private void refuseIfRefused() {
        Cause cause = exchange.cause();
        if (cause != null) {
            throw new GatewayException(cause, exchange.detail());
        }
    }

    // ---- request ----

    private void sendRequest() {
        Head request = exchange.request();
        if (request.has(":protocol")) {
            up.send(request, false);
            up.flush();
            lease.sent();
        } else if (down.received()) {
            sendWhole(request);
        } else {
            up.send(request, false);
            upload = Upload.start(down, up, request.value("content-length"), 0, lease::sent);
        }
    }

    private void sendWhole(Head request) {
        byte[] buffer = lease.buffer();
        int count = down.read(buffer, 0, buffer.length);
        if (count < 0 && down.trailers() == null) {
            up.send(request, true);
            up.flush();
            lease.sent();
            return;
        }
        up.send(request, false);
        int first = count;
        sending(() -> sendBody(buffer, first));
    }

    private void sendBody(byte[] buffer, int first) {
        int sent = 0;
        for (int count = first; count >= 0; count = down.read(buffer, 0, buffer.length)) {
            up.write(buffer, 0, count);
            sent += count;
            if (sent > INLINE_BYTES) {
                upload = Upload.start(down, up, exchange.request().value("content-length"), sent, lease::sent);
                return;
            }
        }
        up.end(down.trailers());
        lease.sent();
    }

    /** Sends a part of the request; an upstream that takes no more may have answered before it closed. */
    private void sending(Runnable part) {
        try {
            part.run();
        } catch (GatewayException e) {
            if (e.reason() != Cause.UPSTREAM_RESET) {
                throw e;
            }
            requestFailure = e;
        }
    }

    // ---- response ----

    private void passOn(Head head) {
        boolean upgrade = exchange.request().has(":protocol") && upgraded(head);
        byte[] buffer = lease.buffer();
        int first = !upgrade && up.received() ? up.read(buffer, 0, buffer.length) : 0;
        boolean bodiless = first < 0 && responseTrailers() == null;
        lease.responded(head);
        if (!upgrade && withheld(head)) {
            return;
        }
        exchange.responded(head);
        exchange.status(head.status());
        answered = true;
        down.release();
        if (upgrade) {
            lease.upgraded();
            down.send(head, false);
            down.flush();
            boolean webSocket = "websocket".equals(exchange.request().value(":protocol"));
            new Tunnel(down, up, webSocket).run(buffer);
            endLease(null);
        } else if (bodiless) {
            settleUpload();
            endLease(null);
            down.send(head, true);
            down.flush();
            endUpload();
        } else {
            copy(head, buffer, first);
        }
    }

    private Head finalHead() {
        Head head = arrived == null ? receiveHead() : arrived;
        while (interim(head)) {
            head = receiveHead();
        }
        return head;
    }

    /** Passes an interim head on. */
    private boolean interim(Head head) {
        int status = head.status();
        if (status >= 200 || status == 101) {
            return false;
        }
        exchange.responded(head);
        down.send(head, false);
        down.flush();
        return true;
    }

    private Head receiveHead() {
        try {
            return up.receive();
        } catch (GatewayException e) {
            throw requestFailure != null && e.reason() == Cause.UPSTREAM_RESET ? requestFailure : e;
        }
    }

    /** 101 in HTTP/1.1, 2xx to an extended CONNECT (RFC 8441 §5). */
    private boolean upgraded(Head head) {
        return head.status() == 101
                || ("CONNECT".equals(exchange.request().method()) && head.status() >= 200 && head.status() < 300);
    }

    private void copy(Head head, byte[] buffer, int first) {
        down.send(head, false);
        for (int count = first; count >= 0; count = up.read(buffer, 0, buffer.length)) {
            if (count > 0) {
                down.write(buffer, 0, count);
            }
            if (!up.ready()) {
                down.flush();
            }
        }
        Head trailers = responseTrailers();
        if (trailers != null) {
            exchange.trailers(trailers);
        }
        settleUpload();
        endLease(null);
        down.end(trailers);
        endUpload();
    }

    private @Nullable Head responseTrailers() {
        exchange.droppedTrailers(false, up.droppedTrailers());
        return up.trailers();
    }

    private void settleUpload() {
        if (upload != null) {
            upload.settle(UPLOAD_PATIENCE);
        }
    }

    /** The response is complete: an upload that is still under way has nobody to be sent to, and ends with what it reads next. */
    private void endUpload() {
        if (upload != null) {
            upload.stop(Duration.ZERO);
        }
    }

    // ---- other attempts ----

    /** Whether this response is kept back because another attempt is made. */
    private boolean withheld(Head head) {
        Upstream upstream = exchange.upstream();
        if (upstream == null || !upstream.mayWithhold(exchange, head) || !repeatable()) {
            return false;
        }
        down.running(null);
        if (!upstream.again(exchange, AttemptFailure.of(head))) {
            down.running(up);
            return false;
        }
        while (up.received() && up.read(lease.buffer(), 0, lease.buffer().length) >= 0) {
            // what is here already would else cost the connection
        }
        leased = false;
        lease.end(null); // on an event loop the other attempt runs already
        return true;
    }

    /** Whether the request is still held whole, and nobody reads it. */
    private boolean repeatable() {
        return (upload == null || upload.stop(UPLOAD_PATIENCE)) && down.rewind();
    }

    private boolean failed(GatewayException failure) {
        if (!leased) { // it is the downstream that failed, and the connection may be another exchange's by now
            endUpload();
            throw failure;
        }
        up.abort(failure.reason());
        boolean refused = exchange.cause() != null;
        boolean repeatable = !answered && !refused && failure.reason().blame() == Blame.UPSTREAM && repeatable();
        down.running(null);
        if (repeatable && lease.stale(failure)) {
            leased = false;
            lease.discard();
            return false;
        }
        boolean untouched = lease.untouched(failure);
        boolean unanswered = failure.reason() == Cause.UPSTREAM_RESET && up.unanswered();
        endLease(failure.reason());
        if (!repeatable) {
            endUpload();
            throw failure;
        }
        Upstream upstream = exchange.upstream();
        AttemptFailure found = new AttemptFailure(failure.reason(), failure.detail(), untouched, unanswered, null);
        if (upstream == null || !upstream.again(exchange, found)) {
            throw failure;
        }
        return true;
    }

    private void endLease(@Nullable Cause cause) {
        if (leased) {
            leased = false;
            down.running(null);
            lease.end(cause);
        }
    }
}
