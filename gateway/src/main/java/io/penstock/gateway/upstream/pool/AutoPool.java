// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.upstream.dial.Dialer;
import io.penstock.gateway.upstream.pool.WaitingLine.Waiting;
import io.penstock.gateway.wire.PooledWire;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections to an endpoint that chooses its protocol by ALPN: the first one decides, and goes into the pool of what was chosen.
 *
 * <p>Until then exchanges wait in line, bounded in number and time, for the one dial that is under way; they all fail with it. A later
 * connection for which the endpoint chooses the other protocol replaces the pool: who waits in the former one moves, and its connections
 * close with their last exchange.
 *
 * <p>The lock guards the decision and the line. It is taken before that of a pool, and never by whoever holds one.
 */
public final class AutoPool implements Pool, Dialer.Caller {
    private final String user;
    private final UpstreamConfig config;
    private final Dialer dialer;
    private final Consumer<Exchange> successor;
    private final Intake intake;
    private final ReentrantLock lock;
    private final WaitingLine line;
    /** Replaced, and not yet empty. */
    private final List<Pool> former = new CopyOnWriteArrayList<>();

    private volatile @Nullable Pool chosen;
    /** What former pools did that are gone; under the lock. */
    private PoolReport past;

    public AutoPool(String user, UpstreamConfig config, Dialer dialer, Consumer<Exchange> successor) {
        this.user = user;
        this.config = config;
        this.dialer = dialer;
        this.successor = successor;
        this.intake = new Intake(user, config, dialer, successor);
        this.lock = intake.lock;
        this.line = intake.line;
        this.past = ownReport();
    }

    /** Of what happened before a choice. */
    private PoolReport ownReport() {
        return intake.report("auto", 0, 0, 0, 0);
    }

    @Override
    public String name() {
        return intake.name();
    }

    @Override
    public void open(Exchange exchange) {
        Pool pool = chosen;
        if (pool != null) {
            pool.open(exchange);
        } else {
            exchange.downstream().offload(() -> openOnceChosen(exchange));
        }
    }

    /**
     * Takes an exchange for which a chosen pool has no place any more.
     *
     * <p>Under the lock, because whoever gives the chosen pool up holds it until this one is given up, too.
     */
    private void openAnew(Exchange exchange) {
        if (intake.locked(intake::abandoned)) {
            successor.accept(exchange);
        } else {
            open(exchange);
        }
    }

    private void openOnceChosen(Exchange exchange) {
        try {
            awaitChoice(exchange).accept(exchange);
        } catch (GatewayException e) {
            Pool.openElsewhere(exchange, e);
        }
    }

    private Consumer<Exchange> awaitChoice(Exchange exchange) {
        Waiting waiting = new Waiting(exchange, true, false);
        lock.lock();
        try {
            Pool already = chosen;
            if (already != null) {
                return already::open;
            }
            if (intake.abandoned()) {
                return successor;
            }
            intake.join(waiting, Cause.TOO_MANY_CONNECTIONS);
            intake.used(waiting.sinceNanos);
            if (intake.wants(1)) {
                intake.dial(this, null);
            }
            intake.refuseUndialed();
        } finally {
            lock.unlock();
        }
        return ((Pool) waiting.await())::open;
    }

    // ---- the choice ----

    @Override
    public void connected(PooledWire wire, @Nullable Peer peer) {
        lock.lock();
        try {
            intake.dialed();
            Pool pool = choose(wire);
            line.takeAll().forEach(waiting -> waiting.finish(pool));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void failed(Cause cause, String detail) {
        intake.locked(() -> {
            intake.dialed();
            intake.ledger.failed();
            intake.refuse(line.takeAll(), cause, detail);
        });
    }

    /** Under the lock. */
    private Pool choose(PooledWire wire) {
        Pool pool;
        if (wire.protocol().equals(Dialer.H2)) {
            Http2Pool http2 = new Http2Pool(user, config, dialer, this::openAnew, this);
            http2.adopt(wire);
            pool = http2;
        } else {
            Http1Pool http1 = new Http1Pool(user, config, dialer, this::openAnew, this);
            http1.adopt(wire);
            pool = http1;
        }
        if (intake.draining()) {
            pool.drain();
        }
        chosen = pool;
        return pool;
    }

    /** A connection was opened for this pool, and speaks the other protocol: the caller's pool is replaced, if it was not before. */
    void chosenInsteadOf(Pool pool, PooledWire wire) {
        boolean two = wire.protocol().equals(Dialer.H2);
        lock.lock();
        try {
            Pool now = chosen;
            if (now == pool) {
                former.add(pool);
                choose(wire);
            } else if (two && now instanceof Http2Pool http2) {
                http2.adopt(wire);
            } else if (!two && now instanceof Http1Pool http1) {
                http1.adopt(wire);
            } else { // it has changed its mind twice meanwhile
                wire.abort();
                dialer.closed();
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- upkeep ----

    @Override
    public void upkeep(long now) {
        intake.refuseLate(intake.locked(() -> line.takeLate(now)), Cause.CONNECT_TIMEOUT, "connection");
        Pool pool = chosen;
        if (pool != null) {
            pool.upkeep(now);
        }
        for (Pool one : former) {
            one.upkeep(now);
            if (one.abandonAfter(0, now)) {
                forget(one);
            }
        }
    }

    private void forget(Pool one) {
        intake.locked(() -> {
            former.remove(one);
            past = past.plus(one.report());
        });
    }

    @Override
    public void drain() {
        Pool pool;
        lock.lock();
        try {
            intake.drain();
            intake.refuseAllDraining();
            pool = chosen;
        } finally {
            lock.unlock();
        }
        if (pool != null) {
            pool.drain();
        }
    }

    @Override
    public void abort() {
        drain();
        former.forEach(Pool::abort);
        Pool pool = chosen;
        if (pool != null) {
            pool.abort();
        }
    }

    @Override
    public boolean abandonAfter(long nanos, long now) {
        lock.lock();
        try {
            Pool pool = chosen;
            if (pool == null) {
                return intake.abandonAfter(() -> true, nanos, now);
            }
            if (former.isEmpty() && pool.abandonAfter(nanos, now)) {
                intake.abandon();
            }
            return intake.abandoned();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean abandoned() {
        return intake.abandoned();
    }

    @Override
    public PoolReport report() {
        lock.lock();
        try {
            Pool pool = chosen;
            PoolReport all = pool == null ? ownReport() : pool.report().plus(ownReport());
            for (Pool one : former) {
                all = all.plus(one.report());
            }
            return all.plus(past);
        } finally {
            lock.unlock();
        }
    }
}
