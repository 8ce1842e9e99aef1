// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Methods;
import io.penstock.gateway.exchange.side.AttemptObserver;
import io.penstock.gateway.upstream.forward.Forwarding;
import io.penstock.gateway.wire.EventLoop;
import io.penstock.gateway.wire.LoopOdds;
import org.jspecify.annotations.Nullable;

/**
 * Makes the attempts at one HTTP/1.1 endpoint with the connections of its pool: on the event loop where an exchange is, while a connection is
 * idle there and nothing else has to be waited for, and otherwise on the exchange's own thread.
 */
final class Http1Attempts {
    private final Http1Checkout checkout;
    private final Intake intake;
    private final LoopOdds odds = new LoopOdds();

    Http1Attempts(Http1Checkout checkout, Intake intake) {
        this.checkout = checkout;
        this.intake = intake;
    }

    /** Makes an attempt; never blocks. */
    void open(Exchange exchange) {
        EventLoop loop = EventLoop.current();
        if (loop == null || !openOn(loop, exchange)) {
            exchange.downstream().offload(() -> serve(exchange, false, null));
        }
    }

    /** Makes the attempt on the loop when nothing has to be waited for but its response; false when it needs a thread. */
    private boolean openOn(EventLoop loop, Exchange exchange) {
        if (!odds.good()
                || exchange.request().has(":protocol")
                || exchange.decorated()
                || !exchange.downstream().half().received()) {
            return false;
        }
        Http1Lease lease = checkout.takeOn(loop, exchange, Methods.idempotent(exchange.method()));
        if (lease == null) {
            return false;
        }
        AttemptObserver observer = exchange.takeAttemptObserver();
        lease.begin(exchange, observer, lease.waitedIdle());
        try {
            lease.attempt(new LoopAttempt(this, lease, exchange, observer, odds));
        } catch (GatewayException e) {
            exchange.downstream().refuse(e); // as of an attempt on a thread: it was made
        }
        return true;
    }

    /** The attempt that was begun on a stale connection goes on with another one; on the exchange's own thread. */
    void serveAgain(Exchange exchange, AttemptObserver observer) {
        serve(exchange, true, observer);
    }

    /** Makes one attempt, however many connections it takes; on the exchange's own thread. */
    private void serve(Exchange exchange, boolean another, @Nullable AttemptObserver begun) {
        boolean repeatable = Methods.idempotent(exchange.method());
        boolean fresh = another;
        @Nullable AttemptObserver observer = begun;
        while (true) {
            Http1Lease lease;
            try {
                lease = checkout.take(exchange, fresh, repeatable);
            } catch (GatewayException e) {
                if (observer != null) {
                    exchange.attemptObserver(observer);
                }
                intake.sendOnOrElsewhere(exchange, e);
                return;
            }
            if (observer == null) {
                observer = exchange.takeAttemptObserver();
            }
            lease.begin(exchange, observer, lease.waitedIdle());
            if (Forwarding.run(exchange, lease)) {
                return;
            }
            fresh = true;
        }
    }
}
