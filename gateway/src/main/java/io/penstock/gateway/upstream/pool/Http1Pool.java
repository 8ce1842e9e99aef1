// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import io.penstock.gateway.http1.UpstreamConnection;
import io.penstock.gateway.http1.message.FieldCache;
import io.penstock.gateway.http1.message.Http1Limits;
import io.penstock.gateway.upstream.dial.Dialer;
import io.penstock.gateway.upstream.pool.WaitingLine.Waiting;
import io.penstock.gateway.wire.PooledWire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/1.1 connections to one endpoint: one exchange on each, the most recently used first, so that the others fall idle and close.
 *
 * <p>An exchange waits in line, bounded in number and time, while every connection is taken. A connection that was idle is used only below
 * the age at which its endpoint was seen to close ({@link IdleAge}), and near that edge only after a look at the socket. What is found
 * closed without a byte of response is replaced by a new connection when that is certain to do no harm; a request that could not be made
 * again gets a new connection until the endpoint was seen to keep idle ones.
 *
 * <p>Bound: {@code maxConnections} connections and {@code maxQueue} waiting exchanges. The lock of the intake guards the lists.
 */
public final class Http1Pool implements Pool, Dialer.Caller {
    private static final int MOST_FIELDS = 1000;
    private static final int CHUNK_LINE_BYTES = 4096;

    private final UpstreamConfig config;
    private final Dialer dialer;
    private final @Nullable AutoPool choosing;
    private final Http1Limits limits;
    private final FieldCache fields = new FieldCache();
    private final boolean once;
    private final Intake intake;
    private final ReentrantLock lock;
    private final IdleLeases idle;
    private final Http1Stock stock;
    private final Http1Attempts attempts;

    public Http1Pool(String user, UpstreamConfig config, Dialer dialer, Consumer<Exchange> successor) {
        this(user, config, dialer, successor, null);
    }

    /** For as long as the endpoint chooses HTTP/1.1. */
    Http1Pool(
            String user,
            UpstreamConfig config,
            Dialer dialer,
            Consumer<Exchange> successor,
            @Nullable AutoPool choosing) {
        this.config = config;
        this.dialer = dialer;
        this.choosing = choosing;
        this.intake = new Intake(user, config, dialer, successor);
        this.lock = intake.lock;
        this.idle = new IdleLeases(config.maxIdle());
        this.stock = new Http1Stock(config, dialer, this, intake, idle);
        this.once = config.reuse() == UpstreamConfig.Reuse.NEVER;
        this.attempts = new Http1Attempts(new Http1Checkout(this, once, intake, stock, idle), intake);
        int head = config.http1().maxHeadBytes();
        this.limits = new Http1Limits(head, MOST_FIELDS, head, CHUNK_LINE_BYTES, head, false);
    }

    @Override
    public String name() {
        return intake.name();
    }

    @Override
    public void open(Exchange exchange) {
        if (exchange.grpc()) {
            throw new GatewayException(Cause.GRPC_OVER_HTTP1, "gRPC needs HTTP/2, and " + name() + " speaks HTTP/1.1");
        }
        attempts.open(exchange);
    }

    /** What it has learnt of its endpoint. */
    IdleAge idleAge() {
        return idle.age;
    }

    // ---- giving back ----

    /** The exchange on it is complete, and it may carry another one. */
    void giveBack(Http1Lease lease) {
        long now = System.nanoTime();
        lease.idleSinceNanos = now;
        lease.seenOpenNanos = now;
        UpstreamEnding ending = once ? UpstreamEnding.NOT_REUSED : lease.usedUp(now);
        Http1Lease over = lease;
        if (ending == null) {
            lock.lock();
            try {
                intake.used(now);
                ending = intake.draining() ? UpstreamEnding.DRAINED : UpstreamEnding.SURPLUS;
                over = stock.giveBack(lease);
            } finally {
                lock.unlock();
            }
        }
        if (over != null) {
            close(over, ending);
        }
    }

    /** An idle connection has something to read or could not write: its end, or a reason for it; on the event loop's thread. */
    void spoke(Http1Lease lease) {
        if (intake.locked(() -> idle.take(lease))) { // otherwise whoever has it finds out
            long now = System.nanoTime();
            lease.seenOpenNanos = now;
            idle.foundClosed(lease, now);
            close(lease, UpstreamEnding.PEER_CLOSED);
        }
    }

    /** A connection turned out to be closed that had waited idle. */
    void foundClosed(Http1Lease lease, long now) {
        idle.foundClosed(lease, now);
    }

    void close(Http1Lease lease, UpstreamEnding how) {
        lease.close();
        ended(lease, how);
    }

    /** The connection is over. */
    void ended(Http1Lease lease, UpstreamEnding how) {
        intake.locked(() -> stock.ended(lease, how));
    }

    // ---- dialing ----

    @Override
    public void connected(PooledWire wire, @Nullable Peer peer) {
        if (choosing != null && wire.protocol().equals(Dialer.H2)) {
            choosing.chosenInsteadOf(this, wire);
            replaced();
            intake.dialed(); // not before: somebody would dial anew for who waits still
            return;
        }
        UpstreamConnection connection = new UpstreamConnection(wire, limits, fields);
        Http1Lease lease = new Http1Lease(this, config, connection, wire, peer, dialer.jitteredAgeNanos());
        intake.ledger.opened();
        UpstreamEnding ending;
        Http1Lease over;
        lock.lock();
        try {
            intake.dialed();
            ending = once ? UpstreamEnding.NOT_REUSED : UpstreamEnding.SURPLUS;
            ending = intake.draining() ? UpstreamEnding.DRAINED : ending;
            over = stock.add(lease, once);
        } finally {
            lock.unlock();
        }
        if (over != null) {
            close(over, ending);
        }
    }

    /** Takes over a connection that was opened before it was known that it speaks HTTP/1.1. */
    void adopt(PooledWire wire) {
        intake.adoptDial();
        connected(wire, null);
    }

    @Override
    public void failed(Cause cause, String detail) {
        intake.locked(() -> stock.failed(cause, detail));
    }

    // ---- upkeep ----

    @Override
    public void upkeep(long now) {
        List<Http1Lease> connections;
        List<Waiting> late;
        lock.lock();
        try {
            connections = stock.all();
            late = intake.line.takeLate(now);
            stock.dialIfNeeded();
        } finally {
            lock.unlock();
        }
        Cause cause = connections.isEmpty() ? Cause.CONNECT_TIMEOUT : Cause.TOO_MANY_CONNECTIONS;
        intake.refuseLate(late, cause, "connection");
        connections.forEach(lease -> lease.upkeep(now));
        lookAtIdle(now);
    }

    /** Closes what is idle for too long, and learns from what its peer has closed. */
    private void lookAtIdle(long now) {
        long limit = Math.min(config.idleTimeout().toNanos(), idle.age.limitNanos(true, now));
        List<Http1Lease> kept = new ArrayList<>();
        for (Http1Lease lease : intake.locked(() -> idle.takeDue(now, limit))) {
            if (!lease.quiet()) {
                idle.foundClosed(lease, now);
                close(lease, UpstreamEnding.PEER_CLOSED);
            } else if (now - lease.idleSinceNanos > limit || lease.tooOld(now)) {
                close(lease, lease.tooOld(now) ? UpstreamEnding.MAX_AGE : UpstreamEnding.IDLE);
            } else {
                idle.seenOpen(lease, now);
                lease.rest();
                kept.add(lease);
            }
        }
        intake.locked(() -> kept.reversed().forEach(stock::putBack));
    }

    // ---- the end ----

    /** The endpoint speaks another protocol now: whoever waits goes to the other pool. */
    void replaced() {
        intake.replace();
        drain();
    }

    @Override
    public void drain() {
        List<Http1Lease> unused = intake.locked(() -> {
            intake.drain();
            intake.refuseAllDraining();
            return idle.takeAll();
        });
        unused.forEach(lease -> close(lease, UpstreamEnding.DRAINED));
    }

    @Override
    public void abort() {
        drain();
        intake.locked(stock::all).forEach(Http1Lease::close); // whoever has them finds out
    }

    @Override
    public boolean abandonAfter(long nanos, long now) {
        return intake.abandonAfter(stock::isEmpty, nanos, now);
    }

    @Override
    public boolean abandoned() {
        return intake.abandoned();
    }

    @Override
    public PoolReport report() {
        return intake.locked(stock::report);
    }
}
