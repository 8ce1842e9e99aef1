// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.side.AttemptObserver;
import io.penstock.gateway.upstream.forward.Forwarding;
import io.penstock.gateway.wire.LoopOdds;

/**
 * One attempt that is made on an event loop: the request, which is here whole, goes out at the end of the turn, and the response is passed
 * on when it has come whole. An attempt whose response comes in pieces goes on, with its connection, on the exchange's thread.
 */
final class LoopAttempt {
    private final Http1Attempts attempts;
    private final Http1Lease lease;
    private final Exchange exchange;
    private final AttemptObserver observer;
    private final LoopOdds odds;
    private final Forwarding forwarding;

    LoopAttempt(Http1Attempts attempts, Http1Lease lease, Exchange exchange, AttemptObserver observer, LoopOdds odds) {
        this.attempts = attempts;
        this.lease = lease;
        this.exchange = exchange;
        this.observer = observer;
        this.odds = odds;
        this.forwarding = new Forwarding(exchange, lease);
    }

    /** Sends the request. */
    void begin() {
        settle(forwarding.send());
    }

    /** Something of the response is here, or its connection has ended, or something of the request was not written. */
    void ready() {
        exchange.downstream().resume(this::receive);
    }

    private void receive() {
        if (lease.unwritten()) {
            toThread(); // which also looks for an answer when it cannot write
            return;
        }
        switch (lease.arrival()) {
            case NOTHING -> {}
            case PART -> toThread();
            case WHOLE -> settle(forwarding.receiveArrived());
        }
    }

    private void settle(Forwarding.Outcome outcome) {
        switch (outcome) {
            case WAITS -> {
                if (lease.unwritten()) {
                    toThread();
                }
            }
            case COMES_IN_PIECES -> toThread();
            case STALE -> exchange.downstream().offload(() -> attempts.serveAgain(exchange, observer));
            case OVER -> odds.won();
        }
    }

    private void toThread() {
        odds.lost();
        lease.leaveLoop();
        exchange.downstream().offload(this::goOn);
    }

    /** On the exchange's thread. */
    private void goOn() {
        if (forwarding.receive(lease::writeRest) == Forwarding.Outcome.STALE) {
            attempts.serveAgain(exchange, observer);
        }
    }
}
