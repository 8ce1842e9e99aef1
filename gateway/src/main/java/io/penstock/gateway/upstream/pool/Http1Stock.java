// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Methods;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import io.penstock.gateway.upstream.dial.Dialer;
import io.penstock.gateway.upstream.pool.WaitingLine.Waiting;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connections of an HTTP/1.1 pool: which are idle, who that waits gets one that is free, and how many more are dialed.
 *
 * <p>Everything is called under the lock of the intake.
 */
final class Http1Stock {
    private final UpstreamConfig config;
    private final Dialer dialer;
    private final Dialer.Caller caller;
    private final Intake intake;
    private final WaitingLine line;
    private final IdleLeases idle;
    private final boolean perPeer;
    private final Set<Http1Lease> all = new HashSet<>();

    /**
     * Has no connection.
     *
     * @param caller gets what is dialed
     */
    Http1Stock(UpstreamConfig config, Dialer dialer, Dialer.Caller caller, Intake intake, IdleLeases idle) {
        this.config = config;
        this.dialer = dialer;
        this.caller = caller;
        this.intake = intake;
        this.line = intake.line;
        this.idle = idle;
        this.perPeer = config.proxyProtocol() != UpstreamConfig.ProxyProtocol.OFF;
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    List<Http1Lease> all() {
        return List.copyOf(all);
    }

    // ---- who gets one ----

    /**
     * Puts an exchange in line.
     *
     * @throws GatewayException there is no room
     */
    Waiting join(Exchange exchange, boolean fresh) {
        Waiting waiting = new Waiting(exchange, true, fresh);
        intake.join(waiting, Cause.TOO_MANY_CONNECTIONS);
        dialIfNeeded();
        return waiting;
    }

    /** Gives a new one to the first in line, or keeps it unless it must not be used later; returns the one that is too many then. */
    @Nullable
    Http1Lease add(Http1Lease lease, boolean once) {
        all.add(lease);
        if (intake.draining()) {
            return lease;
        }
        if (giveToFirst(lease, waiting -> true)) {
            return null;
        }
        lease.keep();
        return once ? lease : idle.put(lease);
    }

    /** Gives one back to the first that may have it, or puts it away; returns the one that is too many then. */
    @Nullable
    Http1Lease giveBack(Http1Lease lease) {
        if (intake.draining()) {
            return lease;
        }
        if (line.size() == 0) {
            return idle.put(lease);
        }
        if (giveToFirst(lease, waiting -> !waiting.fresh)) {
            return null;
        }
        Http1Lease surplus = idle.put(lease);
        dialIfNeeded(); // who waits may not have it, and it takes a place
        return surplus;
    }

    /** Puts one back that was only looked at, as one that is idle for longer than those that were not. */
    void putBack(Http1Lease lease) {
        if (intake.draining()) {
            lease.close();
            forget(lease, UpstreamEnding.DRAINED);
        } else if (line.size() == 0
                || !giveToFirst(lease, waiting -> !waiting.fresh && Methods.idempotent(waiting.exchange.method()))) {
            idle.putBack(lease);
        }
    }

    private boolean giveToFirst(Http1Lease lease, Predicate<Waiting> may) {
        Waiting first = line.takeFirst(
                waiting -> may.test(waiting) && lease.serves(waiting.exchange.peer()) && waiting.current());
        if (first == null) {
            return false;
        }
        first.finish(lease);
        return true;
    }

    // ---- how many there are ----

    /** One that is over. */
    void ended(Http1Lease lease, UpstreamEnding how) {
        forget(lease, how);
        intake.used(System.nanoTime());
        if (line.size() > 0) {
            dialIfNeeded();
        }
    }

    private void forget(Http1Lease lease, UpstreamEnding how) {
        all.remove(lease);
        dialer.closed();
        intake.ledger.ended(how, lease.opened());
    }

    /** A dial has failed, which was for one of those who wait. */
    void failed(Cause cause, String detail) {
        intake.ledger.failed();
        intake.dialed();
        Waiting first = line.take();
        if (first != null) {
            intake.refuse(List.of(first), cause, detail);
        }
        dialIfNeeded();
    }

    /** Dials for those who wait, within the bound. */
    void dialIfNeeded() {
        while (intake.wants(line.size())) {
            if (all.size() + intake.dialing() >= config.maxConnections() && !replaceIdle()) {
                return;
            }
            Waiting next = line.at(intake.dialing());
            if (!intake.dial(caller, perPeer && next != null ? next.exchange.peer() : null)) {
                if (all.isEmpty()) {
                    intake.refuseUndialed();
                }
                return;
            }
        }
    }

    /** Every connection is there, and none of the idle ones suits who waits: the one that is idle for longest goes. */
    private boolean replaceIdle() {
        Http1Lease eldest = idle.takeEldest();
        if (eldest == null) {
            return false;
        }
        boolean open = idle.quiet(eldest, System.nanoTime()); // where every one is taken, few are ever idle for longer
        eldest.close();
        forget(eldest, open ? UpstreamEnding.REPLACED : UpstreamEnding.PEER_CLOSED);
        return true;
    }

    PoolReport report() {
        long streams = 0;
        long used = 0;
        for (Http1Lease lease : all) {
            streams += lease.opened();
            used += lease.opened() > 0 ? 1 : 0;
        }
        return intake.report("http1", all.size(), all.size() - idle.size(), streams, used);
    }
}
