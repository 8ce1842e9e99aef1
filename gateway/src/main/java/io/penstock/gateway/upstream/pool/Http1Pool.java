// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Methods;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import io.penstock.gateway.http1.UpstreamConnection;
import io.penstock.gateway.http1.message.FieldCache;
import io.penstock.gateway.http1.message.Http1Limits;
import io.penstock.gateway.upstream.dial.Dialer;
import io.penstock.gateway.upstream.pool.WaitingLine.Waiting;
import io.penstock.gateway.wire.EventLoop;
import io.penstock.gateway.wire.PooledWire;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/1.1 connections to one endpoint: one exchange on each, the most recently used first, so that the others fall idle and close.
 *
 * <p>An exchange waits in line, bounded in number and time, while every connection is taken. A connection that was idle is used only below the age at which its endpoint was seen to close ({@link IdleAge}), and near that edge only after a look at
 * the socket. What is found closed without a byte of response is replaced by a new connection when that is certain to do no harm; a request
 * that could not be made again gets a new connection until the endpoint was seen to keep idle ones.
 *
 * <p>Bound: {@code maxConnections} connections and {@code maxQueue} waiting exchanges. The lock guards the lists; nothing that blocks is
 * called under it.
 */
public final class Http1Pool implements Pool, Dialer.Caller {
    private static final int MOST_FIELDS = 1000;
    private static final int CHUNK_LINE_BYTES = 4096;
    /** Idle connections that are looked at in one upkeep. */
    private static final int MOST_PROBES = 64;
    /** An idle connection is looked at first after this, and then each time that its idle age has grown by a quarter. */
    private static final long FIRST_PROBE_NANOS = 80_000_000;

    private final String user;
    private final UpstreamConfig config;
    private final Dialer dialer;
    private final @Nullable AutoPool choosing;
    private final Http1Limits limits;
    private final FieldCache fields = new FieldCache();
    private final boolean perPeer;
    private final boolean once;
    private final Ledger ledger = new Ledger();
    private final IdleAge idleAge = new IdleAge();
    private final Http1Attempts attempts;
    private final ReentrantLock lock = new ReentrantLock();

    private final ArrayDeque<Http1Lease> idle = new ArrayDeque<>();
    private final Set<Http1Lease> all = new HashSet<>();
    private final WaitingLine line;
    private int dialing;
    private boolean draining;
    private volatile boolean replaced;
    private volatile boolean abandoned;
    /** Under the lock. */
    private long lastUsedNanos = System.nanoTime();

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
        this.user = user;
        this.config = config;
        this.dialer = dialer;
        this.choosing = choosing;
        this.attempts = new Http1Attempts(this, successor);
        this.line = new WaitingLine(config);
        this.perPeer = config.proxyProtocol() != UpstreamConfig.ProxyProtocol.OFF;
        this.once = config.reuse() == UpstreamConfig.Reuse.NEVER;
        int head = config.http1().maxHeadBytes();
        this.limits = new Http1Limits(head, MOST_FIELDS, head, CHUNK_LINE_BYTES, head, false);
    }

    @Override
    public String name() {
        return dialer.name();
    }

    @Override
    public void open(Exchange exchange) {
        if (exchange.grpc()) {
            throw new GatewayException(Cause.GRPC_OVER_HTTP1, "gRPC needs HTTP/2, and " + name() + " speaks HTTP/1.1");
        }
        attempts.open(exchange);
    }

    /** Whether another pool, or a new one of the same identity, has to take what this one refuses as DRAINING. */
    boolean succeeded() {
        return replaced || abandoned;
    }

    /** What it has learnt of its endpoint. */
    IdleAge idleAge() {
        return idleAge;
    }

    // ---- taking ----

    /** An idle connection for a request on this loop, when there is one that is open; never blocks. */
    @Nullable
    Http1Lease takeOn(EventLoop loop, Exchange exchange, boolean repeatable) {
        long now = System.nanoTime();
        long limit = idleAge.limitNanos(repeatable, now);
        if (once || limit == IdleAge.NONE || idleAge.erratic(now)) {
            return null;
        }
        Http1Lease lease;
        lock.lock();
        try {
            lease = draining || line.size() > 0 ? null : takeIdle(exchange.peer(), now, limit, loop);
        } finally {
            lock.unlock();
        }
        return lease != null && opened(lease, now, loop, !repeatable) ? lease : null;
    }

    /**
     * A connection for a request on a thread; waits in line for it.
     *
     * @param fresh it must not have waited idle
     * @throws GatewayException why there is none
     */
    Http1Lease take(Exchange exchange, boolean fresh, boolean repeatable) {
        while (true) {
            long now = System.nanoTime();
            boolean erratic = idleAge.erratic(now);
            long limit = idleAge.limitNanos(repeatable, now);
            boolean mustBeFresh = once || fresh || limit == IdleAge.NONE;
            Waiting waiting = null;
            Http1Lease found = null;
            lock.lock();
            try {
                if (draining || abandoned) {
                    throw new GatewayException(Cause.DRAINING, "the upstream's pool is draining");
                }
                if (!mustBeFresh && line.size() == 0) {
                    found = takeIdle(exchange.peer(), now, limit, null);
                }
                if (found == null) {
                    waiting = queue(exchange, mustBeFresh);
                }
            } finally {
                lock.unlock();
            }
            if (waiting != null) {
                found = (Http1Lease) waiting.await();
                found.leaveLoop();
                return found;
            }
            if (found != null && opened(found, now, null, erratic || !repeatable)) {
                return found;
            }
        }
    }

    /** Whether the connection is open, and where its exchange is; otherwise it is over. */
    private boolean opened(Http1Lease lease, long now, @Nullable EventLoop loop, boolean look) {
        try {
            lease.moveTo(loop);
            if (!look && lease.young(now)) {
                return true;
            }
            if (lease.quiet()) {
                seenOpen(lease, now);
                return true;
            }
        } catch (IOException e) {
            // the same
        }
        foundClosed(lease, now);
        lease.close();
        ended(lease, UpstreamEnding.PEER_CLOSED);
        return false;
    }

    /** Under the lock: the most recently used one that fits. */
    private @Nullable Http1Lease takeIdle(Peer peer, long now, long limit, @Nullable EventLoop loop) {
        for (Iterator<Http1Lease> each = idle.descendingIterator(); each.hasNext(); ) {
            Http1Lease lease = each.next();
            if (now - lease.idleSinceNanos > limit) {
                return null; // those before it are idle for longer; upkeep closes them
            }
            if (lease.serves(peer) && !lease.tooOld(now) && lease.fits(loop)) {
                each.remove();
                return lease;
            }
        }
        return null;
    }

    /** Under the lock. */
    private Waiting queue(Exchange exchange, boolean fresh) {
        Waiting waiting = new Waiting(exchange, true, fresh);
        if (!line.add(waiting)) {
            throw new GatewayException(
                    Cause.TOO_MANY_CONNECTIONS, config.maxQueue() + " exchanges already wait for " + name());
        }
        dialIfNeeded();
        return waiting;
    }

    // ---- giving back ----

    /** The exchange on it is complete, and it may carry another one. */
    void giveBack(Http1Lease lease) {
        long now = System.nanoTime();
        UpstreamEnding ending =
                once ? UpstreamEnding.NOT_REUSED : lease.worn() ? UpstreamEnding.MAX_REQUESTS : UpstreamEnding.MAX_AGE;
        boolean over = once || lease.worn() || lease.tooOld(now);
        Http1Lease surplus = null;
        lease.idleSinceNanos = now;
        lease.seenOpenNanos = now;
        if (!over) {
            lock.lock();
            try {
                lastUsedNanos = now;
                if (draining) {
                    over = true;
                    ending = UpstreamEnding.DRAINED;
                } else if (line.size() == 0 || !giveToFirst(lease, waiting -> !waiting.fresh)) {
                    surplus = putAway(lease);
                    if (line.size() > 0) {
                        dialIfNeeded(); // who waits may not have it, and it takes a place
                    }
                }
            } finally {
                lock.unlock();
            }
        }
        if (over) {
            lease.close();
            ended(lease, ending);
        }
        if (surplus != null) {
            surplus.close();
            ended(surplus, UpstreamEnding.SURPLUS);
        }
    }

    /** Under the lock: keeps it idle; returns the one that is idle for longest when it is one too many. */
    private @Nullable Http1Lease putAway(Http1Lease lease) {
        idle.addLast(lease);
        return idle.size() > config.maxIdle() ? idle.pollFirst() : null;
    }

    /** Under the lock: hands it to the first that may have it. */
    private boolean giveToFirst(Http1Lease lease, Predicate<Waiting> may) {
        Waiting first = line.takeFirst(
                waiting -> may.test(waiting) && lease.serves(waiting.exchange.peer()) && waiting.current());
        if (first == null) {
            return false;
        }
        first.finish(lease);
        return true;
    }

    /** An idle connection has something to read or could not write: its end, or a reason for it; on the event loop's thread. */
    void spoke(Http1Lease lease) {
        boolean mine;
        lock.lock();
        try {
            mine = idle.remove(lease);
        } finally {
            lock.unlock();
        }
        if (mine) { // otherwise whoever has it finds out
            long now = System.nanoTime();
            lease.seenOpenNanos = now;
            foundClosed(lease, now);
            lease.close();
            ended(lease, UpstreamEnding.PEER_CLOSED);
        }
    }

    /** An idle connection was looked at, and is open. */
    private void seenOpen(Http1Lease lease, long now) {
        idleAge.open(lease.seenOpenNanos - lease.idleSinceNanos, now - lease.idleSinceNanos, now);
        lease.seenOpenNanos = now;
    }

    /** An idle connection turned out to be closed. */
    void foundClosed(Http1Lease lease, long now) {
        idleAge.closed(lease.seenOpenNanos - lease.idleSinceNanos, now);
    }

    /** The connection is over. */
    void ended(Http1Lease lease, UpstreamEnding how) {
        dialer.closed();
        ledger.ended(how, lease.opened());
        lock.lock();
        try {
            all.remove(lease);
            lastUsedNanos = System.nanoTime();
            if (line.size() > 0) {
                dialIfNeeded();
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- dialing ----

    /** Under the lock. */
    private void dialIfNeeded() {
        while (dialing < line.size() && !draining) {
            if (all.size() + dialing >= config.maxConnections() && !replaceIdle()) {
                return;
            }
            Waiting next = line.at(dialing);
            if (!dialer.start(this, perPeer && next != null ? next.exchange.peer() : null)) {
                if (dialing == 0 && all.isEmpty()) {
                    fail(
                            line.takeIf(waiting -> true),
                            Cause.OVERLOADED,
                            "no descriptor is left for a connection to " + name());
                }
                return;
            }
            dialing++;
        }
    }

    /** Under the lock: every connection is there, and none of the idle ones suits who waits. The one that is idle for longest goes. */
    private boolean replaceIdle() {
        Http1Lease eldest = idle.pollFirst();
        if (eldest == null) {
            return false;
        }
        long now = System.nanoTime();
        UpstreamEnding ending = UpstreamEnding.REPLACED;
        if (eldest.quiet()) {
            seenOpen(eldest, now); // where every connection is taken, few are ever idle for longer
        } else {
            foundClosed(eldest, now);
            ending = UpstreamEnding.PEER_CLOSED;
        }
        all.remove(eldest);
        eldest.close();
        dialer.closed();
        ledger.ended(ending, eldest.opened());
        return true;
    }

    @Override
    public void connected(PooledWire wire, @Nullable Peer peer) {
        if (choosing != null && wire.protocol().equals(Dialer.H2)) {
            choosing.chosenInsteadOf(this, wire);
            replaced();
            lock.lock();
            try {
                dialing--; // not before: somebody would dial anew for who waits still
            } finally {
                lock.unlock();
            }
            return;
        }
        UpstreamConnection connection = new UpstreamConnection(wire, limits, fields);
        Http1Lease lease = new Http1Lease(this, config, connection, wire, peer, dialer.jitteredAgeNanos());
        ledger.opened();
        boolean late;
        Http1Lease surplus = null;
        lock.lock();
        try {
            dialing--;
            all.add(lease);
            late = draining;
            if (!late && !giveToFirst(lease, waiting -> true)) {
                lease.keep();
                surplus = once ? lease : putAway(lease);
            }
        } finally {
            lock.unlock();
        }
        if (late || surplus != null) {
            Http1Lease over = surplus == null ? lease : surplus;
            over.close();
            ended(over, late ? UpstreamEnding.DRAINED : once ? UpstreamEnding.NOT_REUSED : UpstreamEnding.SURPLUS);
        }
    }

    /** Takes over a connection that was opened before it was known that it speaks HTTP/1.1. */
    void adopt(PooledWire wire) {
        lock.lock();
        try {
            dialing++;
        } finally {
            lock.unlock();
        }
        connected(wire, null);
    }

    @Override
    public void failed(Cause cause, String detail) {
        ledger.failed();
        lock.lock();
        try {
            dialing--;
            Waiting first = line.take();
            if (first != null) {
                fail(List.of(first), cause, detail);
            }
            dialIfNeeded();
        } finally {
            lock.unlock();
        }
    }

    private static void fail(List<Waiting> failed, Cause cause, String detail) {
        for (Waiting waiting : failed) {
            waiting.finish(new GatewayException(cause, detail));
        }
    }

    // ---- upkeep ----

    @Override
    public void upkeep(long now) {
        List<Http1Lease> connections;
        List<Waiting> late;
        boolean connected;
        lock.lock();
        try {
            connections = List.copyOf(all);
            connected = !all.isEmpty();
            late = line.takeLate(now);
            if (line.size() > 0) {
                dialIfNeeded();
            }
        } finally {
            lock.unlock();
        }
        fail(
                late,
                connected ? Cause.TOO_MANY_CONNECTIONS : Cause.CONNECT_TIMEOUT,
                "no connection to " + name() + " within " + config.queueTimeout());
        for (Http1Lease lease : connections) {
            lease.upkeep(now);
        }
        lookAtIdle(now);
    }

    /** Closes what is idle for too long, and learns from what its peer has closed. */
    private void lookAtIdle(long now) {
        long limit = Math.min(config.idleTimeout().toNanos(), idleAge.limitNanos(true, now));
        List<Http1Lease> looked = takeDue(now, limit);
        List<Http1Lease> kept = new ArrayList<>();
        for (Http1Lease lease : looked) {
            if (!lease.quiet()) {
                foundClosed(lease, now);
                lease.close();
                ended(lease, UpstreamEnding.PEER_CLOSED);
            } else if (now - lease.idleSinceNanos > limit || lease.tooOld(now)) {
                lease.close();
                ended(lease, lease.tooOld(now) ? UpstreamEnding.MAX_AGE : UpstreamEnding.IDLE);
            } else {
                seenOpen(lease, now);
                lease.rest();
                kept.add(lease);
            }
        }
        lock.lock();
        try {
            for (int i = kept.size() - 1; i >= 0; i--) {
                putBack(kept.get(i));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock: as one that is idle for longer than those that were not looked at. */
    private void putBack(Http1Lease lease) {
        if (draining) {
            all.remove(lease);
            lease.close();
            dialer.closed();
            ledger.ended(UpstreamEnding.DRAINED, lease.opened());
        } else if (line.size() == 0
                || !giveToFirst(lease, waiting -> !waiting.fresh && Methods.idempotent(waiting.exchange.method()))) {
            idle.addFirst(lease);
        }
    }

    private List<Http1Lease> takeDue(long now, long limit) {
        List<Http1Lease> due = new ArrayList<>();
        lock.lock();
        try {
            for (Iterator<Http1Lease> each = idle.iterator(); each.hasNext() && due.size() < MOST_PROBES; ) {
                Http1Lease lease = each.next();
                long age = now - lease.idleSinceNanos;
                long known = lease.seenOpenNanos - lease.idleSinceNanos;
                boolean over = age > limit || lease.tooOld(now); // the endpoint must not be the first to close it
                if (over || (age > FIRST_PROBE_NANOS && age - known > known / 4)) {
                    each.remove();
                    due.add(lease);
                }
            }
        } finally {
            lock.unlock();
        }
        return due;
    }

    /** The endpoint speaks another protocol now: whoever waits goes to the other pool. */
    void replaced() {
        replaced = true;
        drain();
    }

    @Override
    public void drain() {
        List<Http1Lease> unused;
        lock.lock();
        try {
            draining = true;
            unused = List.copyOf(idle);
            idle.clear();
            fail(line.takeIf(waiting -> true), Cause.DRAINING, "the upstream's pool is draining");
        } finally {
            lock.unlock();
        }
        for (Http1Lease lease : unused) {
            lease.close();
            ended(lease, UpstreamEnding.DRAINED);
        }
    }

    @Override
    public void abort() {
        drain();
        List<Http1Lease> used;
        lock.lock();
        try {
            used = List.copyOf(all);
        } finally {
            lock.unlock();
        }
        used.forEach(Http1Lease::close); // whoever has them finds out
    }

    @Override
    public boolean abandonAfter(long nanos, long now) {
        lock.lock();
        try {
            if (all.isEmpty() && dialing == 0 && line.size() == 0 && now - lastUsedNanos > nanos) {
                abandoned = true;
            }
            return abandoned;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean abandoned() {
        return abandoned;
    }

    @Override
    public PoolReport report() {
        long streams = ledger.endedStreams();
        long used = ledger.endedUsed();
        int open;
        int active;
        lock.lock();
        try {
            open = all.size();
            active = open - idle.size();
            for (Http1Lease lease : all) {
                streams += lease.opened();
                used += lease.opened() > 0 ? 1 : 0;
            }
        } finally {
            lock.unlock();
        }
        return new PoolReport(
                user,
                name(),
                "http1",
                ledger.openedCount(),
                streams - used,
                open,
                active,
                streams,
                line.size(),
                ledger.failedCount(),
                ledger.endings());
    }
}
