// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.AttemptFailure;
import io.penstock.gateway.exchange.side.Upstream;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.stream.SendSide;
import io.penstock.gateway.http2.stream.Wakes;
import org.jspecify.annotations.Nullable;

/**
 * The response of a relayed exchange on its way to the downstream stream.
 *
 * <p>The relay's monitor guards its fields.
 */
final class RelayedResponse {
    private final Relay relay;
    private final Exchange exchange;
    private final SendSide down;
    private boolean started;
    private boolean headSent;
    private @Nullable Cause failedMeanwhile;
    private int failedCode;
    private boolean ended;

    RelayedResponse(Relay relay, SendSide down) {
        this.relay = relay;
        this.exchange = relay.exchange();
        this.down = down;
    }

    // ---- under the relay's monitor ----

    /** Whether the final head went on, or is about to. */
    boolean started() {
        return started;
    }

    /** Whether its end went on, or is about to. */
    boolean ended() {
        return ended;
    }

    /** The exchange fails: true when whoever is about to send the head finds this, and ends what it begins. */
    boolean failMeanwhile(Cause cause, int code) {
        if (!started || headSent) {
            return false;
        }
        failedMeanwhile = cause;
        failedCode = code;
        return true;
    }

    // ---- from an attempt ----

    void head(Attempt by, Head head, boolean end, Wakes wakes) {
        boolean last = head.status() >= 200;
        boolean again;
        synchronized (relay) {
            if (!relay.attempts().concerns(by)) {
                return;
            }
            again = last && relay.request().whole();
        }
        if ((again && withheld(by, head, wakes)) || !shown(head, wakes) || !begin(by, last, end)) {
            return;
        }
        if (last) {
            note(head, end);
        }
        down.head(relay.stream(), head, end, wakes);
        if (last) {
            answerFailure(wakes);
        }
    }

    /** Whether the upstream tries again instead of passing this response on. */
    private boolean withheld(Attempt by, Head head, Wakes wakes) {
        Upstream upstream = exchange.upstream();
        if (upstream == null || !upstream.mayWithhold(exchange, head)) {
            return false;
        }
        synchronized (relay) {
            if (!relay.request().whole()) {
                return false;
            }
            relay.request().pin(true);
        }
        boolean again = relay.attempts().again(upstream, AttemptFailure.of(head));
        boolean resume;
        synchronized (relay) {
            relay.request().pin(false);
            if (again) {
                relay.attempts().detach(by);
            }
            resume = relay.attempts().concerns(by) && !relay.request().attached();
        }
        if (again) {
            by.abandon(wakes);
        } else if (resume) { // an attempt that found no stream had taken its place for a moment
            relay.request().sendHeld(by, wakes);
        }
        return again;
    }

    /** Shows the head to the filters; false when one of them failed, which must not end the upstream's connection. */
    private boolean shown(Head head, Wakes wakes) {
        try {
            exchange.responded(head);
            return true;
        } catch (GatewayException e) {
            relay.fail(e.reason(), e.detail(), ErrorCode.INTERNAL_ERROR, wakes);
        } catch (RuntimeException e) {
            relay.fail(Cause.INTERNAL, relay.defect(e), ErrorCode.INTERNAL_ERROR, wakes);
        }
        return false;
    }

    private boolean begin(@Nullable Attempt by, boolean last, boolean end) {
        synchronized (relay) {
            if (relay.finished() || relay.attempts().current() != by) {
                return false;
            }
            if (last) {
                started = true;
                ended = end;
                relay.request().responseStarted();
            }
            return true;
        }
    }

    private void note(Head head, boolean end) {
        exchange.status(head.status());
        if (end) {
            noteGrpcStatus(head);
        }
    }

    private void noteGrpcStatus(Head head) {
        int status = GrpcStatusField.read(exchange, head);
        if (status != Exchange.NONE) {
            exchange.grpcStatus(status);
        }
    }

    /** Ends a response whose exchange failed between the decision to send its head and the head itself. */
    private void answerFailure(Wakes wakes) {
        Cause cause;
        synchronized (relay) {
            headSent = true;
            cause = failedMeanwhile;
        }
        if (cause != null && !Relay.gone(cause)) {
            OwnAnswer.breakOff(relay.stream(), exchange, cause, failedCode, wakes);
        }
    }

    void data(Attempt by, byte[] bytes, int offset, int length, boolean end, Wakes wakes) {
        if (relay.attempts().current() != by) {
            return;
        }
        exchange.addResponseBytes(length);
        if (end) {
            end();
        }
        down.data(relay.stream(), bytes, offset, length, end, wakes);
    }

    void trailers(Attempt by, Head trailers, Wakes wakes) {
        if (relay.attempts().current() != by) {
            return;
        }
        noteGrpcStatus(trailers);
        exchange.trailers(trailers);
        end();
        down.trailers(relay.stream(), trailers, wakes);
    }

    private void end() {
        synchronized (relay) {
            ended = true;
        }
    }

    // ---- from a thread in blocking style ----

    /** Sends a head; false when the exchange has ended meanwhile. */
    boolean head(Head head, boolean end, Wakes wakes) {
        boolean last = head.status() >= 200;
        if (!begin(null, last, end)) {
            return false;
        }
        if (last) {
            note(head, end);
        }
        down.head(relay.stream(), head, end, wakes);
        if (last) {
            answerFailure(wakes);
        }
        return true;
    }

    /** The response is about to end; false when the exchange has ended meanwhile. */
    boolean ending(@Nullable Head trailers) {
        synchronized (relay) {
            if (relay.finished()) {
                return false;
            }
            ended = true;
        }
        if (trailers != null) {
            noteGrpcStatus(trailers);
        }
        return true;
    }
}
