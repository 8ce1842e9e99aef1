// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.upstream.dial.Dialer;
import io.penstock.gateway.upstream.pool.WaitingLine.Waiting;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is the same in a pool of any protocol: who waits for a connection, how many dials are under way for them, whether the pool still takes
 * exchanges and where they go when it does not, and what it has counted.
 *
 * <p>Its lock is the pool's, and guards the pool's lists, too. Nothing that blocks is called under it, and no exchange of another thread is
 * refused, which writes to its downstream; a thread that waits may be told.
 */
final class Intake {
    private static final String DRAINS = "the upstream's pool is draining";

    final ReentrantLock lock = new ReentrantLock();
    /** Under the lock, but for its size. */
    final WaitingLine line;

    final Ledger ledger = new Ledger();
    private final String user;
    private final UpstreamConfig config;
    private final Dialer dialer;
    private final Consumer<Exchange> successor;
    private int dialing;
    private boolean draining;
    private long lastUsedNanos = System.nanoTime();
    private volatile boolean replaced;
    private volatile boolean abandoned;

    /**
     * Of a pool that nobody has used.
     *
     * @param successor takes what the pool has no place for once it was replaced or given up
     */
    Intake(String user, UpstreamConfig config, Dialer dialer, Consumer<Exchange> successor) {
        this.user = user;
        this.config = config;
        this.dialer = dialer;
        this.successor = successor;
        this.line = new WaitingLine(config);
    }

    String name() {
        return dialer.name();
    }

    /** Under the lock: for what happens seldom. */
    <T> T locked(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }

    /** The same for a step without a result. */
    void locked(Runnable step) {
        lock.lock();
        try {
            step.run();
        } finally {
            lock.unlock();
        }
    }

    // ---- waiting ----

    /**
     * Under the lock: does nothing while the pool takes exchanges.
     *
     * @throws GatewayException DRAINING
     */
    void checkOpen() {
        if (draining || abandoned) {
            throw new GatewayException(Cause.DRAINING, DRAINS);
        }
    }

    /**
     * Under the lock: puts it at the end of the line.
     *
     * @param full the cause when there is no room
     * @throws GatewayException DRAINING, or that cause
     */
    void join(Waiting waiting, Cause full) {
        checkOpen();
        if (!line.add(waiting)) {
            throw new GatewayException(full, config.maxQueue() + " exchanges already wait for " + name());
        }
    }

    /** Tells those who have waited for too long. */
    void refuseLate(List<Waiting> late, Cause cause, String what) {
        refuse(late, cause, "no " + what + " to " + name() + " within " + config.queueTimeout());
    }

    /** Tells them why they get nothing. Not under the lock where one is among them for whom no thread waits. */
    void refuse(List<Waiting> refused, Cause cause, String detail) {
        for (Waiting waiting : refused) {
            if (waiting.blocked) {
                waiting.finish(new GatewayException(cause, detail));
            } else if (!waiting.exchange.ended()) {
                refuse(waiting.exchange, new GatewayException(cause, detail));
            }
        }
    }

    private void refuse(Exchange exchange, GatewayException failure) {
        try {
            sendOn(exchange, failure);
        } catch (GatewayException e) {
            Pool.openOtherElsewhere(exchange, e.reason(), e.detail());
        }
    }

    /**
     * Sends an exchange on for which there is no place here because the endpoint speaks another protocol now, or the pool was given up.
     *
     * @throws GatewayException that failure, when it has another reason; or the successor's
     */
    void sendOn(Exchange exchange, GatewayException failure) {
        if (!(replaced || abandoned) || failure.reason() != Cause.DRAINING) {
            throw failure;
        }
        successor.accept(exchange);
    }

    /** The same on the exchange's own thread; ends the attempt when nobody takes it. */
    void sendOnOrElsewhere(Exchange exchange, GatewayException failure) {
        try {
            sendOn(exchange, failure);
        } catch (GatewayException e) {
            Pool.openElsewhere(exchange, e);
        }
    }

    // ---- dialing ----

    /** Under the lock. */
    int dialing() {
        return dialing;
    }

    /** Under the lock: whether so many dials are more than there are. */
    boolean wants(int dials) {
        return dialing < dials && !draining;
    }

    /** Under the lock: begins one; false when the process has no descriptor for it. */
    boolean dial(Dialer.Caller caller, @Nullable Peer peer) {
        boolean started = dialer.start(caller, peer);
        dialing += started ? 1 : 0;
        return started;
    }

    /** One that another pool has begun is this one's. */
    void adoptDial() {
        locked(() -> dialing++);
    }

    /** One has ended, whether or not it brought a connection. */
    void dialed() {
        locked(() -> dialing--);
    }

    /** Under the lock, in a pool without connections: tells those for whom none is dialed, either. */
    void refuseUndialed() {
        if (dialing > 0 || line.size() == 0) {
            return;
        }
        List<Waiting> refused = line.takeAll();
        Cause cause = draining ? Cause.DRAINING : Cause.OVERLOADED;
        String detail = draining ? DRAINS : "no descriptor is left for a connection to " + name();
        Thread.startVirtualThread(() -> refuse(refused, cause, detail)); // not under the lock
    }

    // ---- the end ----

    /** Under the lock: the pool was of use just now. */
    void used(long now) {
        lastUsedNanos = now;
    }

    /** Under the lock: from now on it takes nothing new. */
    void drain() {
        draining = true;
    }

    /** Under the lock, where a thread waits for each in the line: tells them that the pool drains. */
    void refuseAllDraining() {
        refuse(line.takeAll(), Cause.DRAINING, DRAINS);
    }

    /** Under the lock. */
    boolean draining() {
        return draining;
    }

    /** What it takes no more goes to the successor, since the endpoint speaks another protocol now. */
    void replace() {
        replaced = true;
    }

    /** As {@link Pool#abandonAfter}, for a pool that is empty when this says so under the lock. */
    boolean abandonAfter(BooleanSupplier empty, long nanos, long now) {
        return locked(() -> {
            boolean unused = dialing == 0 && line.size() == 0 && now - lastUsedNanos > nanos;
            abandoned |= unused && empty.getAsBoolean();
            return abandoned;
        });
    }

    /** Under the lock: gives the pool up. */
    void abandon() {
        abandoned = true;
    }

    boolean abandoned() {
        return abandoned;
    }

    /**
     * Under the lock: the ledger with what is open now.
     *
     * @param active streams now
     * @param streams of the connections that are open, since their beginning
     * @param used how many of those have carried one
     */
    PoolReport report(String protocol, int open, int active, long streams, long used) {
        long all = ledger.endedStreams() + streams;
        return new PoolReport(
                user,
                name(),
                protocol,
                ledger.openedCount(),
                all - ledger.endedUsed() - used,
                open,
                active,
                all,
                line.size(),
                ledger.failedCount(),
                ledger.endings());
    }
}
