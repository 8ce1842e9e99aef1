// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.ending.AttemptFailure;
import io.penstock.gateway.exchange.side.Upstream;
import io.penstock.gateway.exchange.time.GrpcTimeout;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.stream.Http2Connection;
import io.penstock.gateway.http2.stream.Wakes;
import org.jspecify.annotations.Nullable;

/**
 * The attempts at a relayed exchange: which one is current, and whether another follows it.
 *
 * <p>The relay's monitor guards its fields.
 */
final class Attempts {
    private final Relay relay;
    private volatile @Nullable Attempt current;
    /** The connection that did not process an earlier attempt. */
    private volatile @Nullable Http2Connection failedOn;

    Attempts(Relay relay) {
        this.relay = relay;
    }

    /** May be asked without the monitor. */
    @Nullable
    Attempt current() {
        return current;
    }

    /** Under the monitor: whether what this attempt finds concerns the downstream. */
    boolean concerns(Attempt by) {
        return !relay.finished() && current == by;
    }

    /** Under the monitor: what the attempt finds from here on concerns nobody, unless another has taken its place already. */
    void detach(Attempt by) {
        if (current == by) {
            current = null;
            relay.request().detach();
        }
    }

    /** As {@link Relay#attach}. */
    boolean attach(Http2Connection up, int streamLimit, boolean onlyOne) {
        if (up == failedOn && !onlyOne) {
            return false;
        }
        if (relay.tunnel() && !up.peerTakesConnect()) {
            relay.refuse(new GatewayException(Cause.PROTOCOL_UNSUPPORTED, Tunnels.REFUSED));
            return true;
        }
        Attempt next = new Attempt(relay, up);
        Attempt before;
        boolean endWithHead;
        boolean late;
        synchronized (relay) {
            late = relay.finished();
            before = current;
            endWithHead = relay.request().headAlone();
            if (!late) {
                current = next;
                relay.request().detach();
            }
        }
        if (late) {
            endUnstarted(relay.exchange().cause());
            return true;
        }
        subtractTimeout(relay.exchange());
        if (up.open(relay.exchange().request(), endWithHead, next, streamLimit) == null) {
            putBack(next, before);
            return false;
        }
        begin(next, endWithHead);
        return true;
    }

    private void putBack(Attempt unplaced, @Nullable Attempt before) {
        synchronized (relay) {
            if (current == unplaced) {
                current = before;
            }
        }
    }

    private void begin(Attempt next, boolean endWithHead) {
        next.started();
        Wakes wakes = relay.wakes();
        wakes.add(next.up());
        if (endWithHead) {
            relay.request().sentWithHead(next, wakes);
        } else {
            relay.request().sendHeld(next, wakes);
        }
        relay.flushUnlessReader(wakes);
    }

    private static void subtractTimeout(Exchange exchange) {
        if (exchange.deadlined() && exchange.request().has(GrpcTimeout.NAME)) {
            exchange.request().set(GrpcTimeout.field(exchange.deadlineNanos() - System.nanoTime()));
        }
    }

    /** The attempt failed: its upstream decides whether another is made, as long as that can be done. */
    void failed(Attempt by, Cause cause, String detail, boolean unanswered, int code, Wakes wakes) {
        Upstream upstream = relay.exchange().upstream();
        synchronized (relay) {
            if (current != by) {
                return;
            }
            if (relay.finished()
                    || relay.response().started()
                    || !relay.request().whole()) {
                upstream = null;
            } else {
                detach(by);
                failedOn = by.up();
            }
        }
        boolean again = upstream != null
                && again(upstream, new AttemptFailure(cause, detail, cause.unprocessed(), unanswered, null));
        if (!again) {
            relay.fail(cause, detail, code, wakes);
        }
    }

    /** The attempt, which is detached, has taken too long: another one, or none. */
    void replace(Attempt late, GatewayException reason) {
        Wakes wakes = relay.wakes();
        late.cancel(reason.reason(), ErrorCode.CANCEL, wakes);
        Upstream upstream = relay.exchange().upstream();
        AttemptFailure failure = AttemptFailure.of(
                reason.reason(), reason.detail(), reason.reason().unprocessed());
        if (upstream == null || !again(upstream, failure)) {
            relay.fail(reason.reason(), reason.detail(), ErrorCode.CANCEL, wakes);
        }
        relay.flushUnlessReader(wakes);
    }

    /** Asks for another attempt; one that cannot be placed is none. */
    boolean again(Upstream upstream, AttemptFailure failure) {
        try {
            return upstream.again(relay.exchange(), failure);
        } catch (GatewayException e) {
            return false;
        } catch (RuntimeException e) {
            relay.refuse(new GatewayException(Cause.INTERNAL, relay.defect(e), e));
            return true;
        }
    }

    /** Tells of the end of an attempt that never got a stream, if there is one. */
    void endUnstarted(@Nullable Cause cause) {
        relay.exchange().takeAttemptObserver().ended(cause, Exchange.NONE);
    }
}
