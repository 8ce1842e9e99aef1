// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.http2.UpstreamConnection;
import io.penstock.gateway.upstream.dial.Dialer;
import io.penstock.gateway.upstream.forward.Forwarding;
import io.penstock.gateway.upstream.pool.WaitingLine.Waiting;
import io.penstock.gateway.wire.PooledWire;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP/2 connections to one endpoint: many streams on few of them.
 *
 * <p>The first connection that has a free stream takes the exchange, so that the others fall idle and close. Another connection is
 * opened only when none has a free stream or all are measurably {@linkplain Saturation saturated}, up to a bound; what cannot be placed
 * waits, bounded in number and time.
 *
 * <p>Bound: {@code maxConnections} connections and {@code maxQueue} waiting exchanges. The lock guards the lists; it is not held
 * while a connection is called.
 */
public final class Http2Pool implements Pool, UpstreamConnection.Observer, Dialer.Caller {
    /** Assumed while an endpoint has not told how many streams it takes. */
    private static final int USUAL_STREAMS = 100;
    /** How long a PING may take before another connection is opened instead. */
    private static final long PING_PATIENCE_NANOS = 100_000_000;
    /** How often one look at the queue puts second attempts behind the others. */
    private static final int MOST_PASSES = 16;

    private final String user;
    private final UpstreamConfig config;
    private final Dialer dialer;
    private final Consumer<Exchange> successor;
    private final @Nullable AutoPool choosing;
    private final String protocol;
    private final boolean once;
    private final Ledger ledger = new Ledger();
    private final ReentrantLock lock = new ReentrantLock();

    private volatile Serving[] serving = {};
    private final List<UpstreamConnection> all = new ArrayList<>();
    private final WaitingLine line;
    private int dialing;
    private boolean draining;
    private volatile boolean replaced;
    private volatile boolean abandoned;
    private volatile int freed;
    private volatile long lastUsedNanos = System.nanoTime();

    /** A connection that takes streams. */
    private static final class Serving {
        final UpstreamConnection connection;
        final Saturation saturation = new Saturation();
        volatile boolean saturated;
        /** Under the pool's lock: it is being retired, as one idle connection too many. */
        boolean surplus;

        Serving(UpstreamConnection connection) {
            this.connection = connection;
        }
    }

    public Http2Pool(String user, UpstreamConfig config, Dialer dialer, Consumer<Exchange> successor) {
        this(user, config, dialer, successor, null);
    }

    /** For as long as the endpoint chooses HTTP/2. */
    Http2Pool(
            String user,
            UpstreamConfig config,
            Dialer dialer,
            Consumer<Exchange> successor,
            @Nullable AutoPool choosing) {
        this.user = user;
        this.config = config;
        this.dialer = dialer;
        this.successor = successor;
        this.choosing = choosing;
        this.once = config.reuse() == UpstreamConfig.Reuse.NEVER;
        this.line = new WaitingLine(config);
        this.protocol = config.tls().isPresent() ? "h2" : "h2c";
    }

    @Override
    public String name() {
        return dialer.name();
    }

    @Override
    public void open(Exchange exchange) {
        if (!UpstreamConnection.relays(exchange)) {
            exchange.downstream().offload(() -> serve(exchange));
        } else if (once || line.size() > 0 || !place(exchange)) {
            try {
                queue(new Waiting(exchange, false, false));
            } catch (GatewayException e) {
                successor(e).accept(exchange);
            }
        }
    }

    /**
     * Where an exchange goes for which there is no place here because the endpoint speaks another protocol now, or the pool was given up.
     *
     * @throws GatewayException that failure, when it has another reason
     */
    private Consumer<Exchange> successor(GatewayException failure) {
        if (!(replaced || abandoned) || failure.reason() != Cause.DRAINING) {
            throw failure;
        }
        return successor;
    }

    /** In blocking style, on the exchange's own thread. */
    private void serve(Exchange exchange) {
        Half half;
        try {
            half = !once && line.size() == 0 ? openHalf(exchange) : null;
            if (half == null) {
                Waiting waiting = new Waiting(exchange, true, false);
                queue(waiting);
                half = (Half) waiting.await();
            }
        } catch (GatewayException e) {
            openElsewhere(exchange, e);
            return;
        }
        Forwarding.run(exchange, new Http2Lease(half));
    }

    private void openElsewhere(Exchange exchange, GatewayException failure) {
        try {
            successor(failure).accept(exchange);
        } catch (GatewayException e) {
            Pool.openElsewhere(exchange, e);
        }
    }

    private void queue(Waiting waiting) {
        lock.lock();
        try {
            if (draining || abandoned) {
                throw new GatewayException(Cause.DRAINING, "the upstream's pool is draining");
            }
            if (!line.add(waiting)) {
                throw new GatewayException(
                        Cause.TOO_MANY_STREAMS, config.maxQueue() + " exchanges already wait for " + name());
            }
            dialUnlessChecking();
        } finally {
            lock.unlock();
        }
        pump();
    }

    private interface Placing {
        boolean on(UpstreamConnection connection, boolean onlyOne);
    }

    /** Tries one connection after the other, those that are saturated last. */
    private boolean onAny(Placing placing) {
        Serving[] now = serving;
        boolean onlyOne = config.maxConnections() == 1 && now.length == 1;
        boolean passedBy = false;
        for (Serving one : now) {
            if (one.saturated) {
                passedBy = true;
            } else if (placing.on(one.connection, onlyOne)) {
                return true;
            }
        }
        return passedBy && onSaturated(now, placing, onlyOne);
    }

    private static boolean onSaturated(Serving[] now, Placing placing, boolean onlyOne) {
        for (Serving one : now) {
            if (one.saturated && placing.on(one.connection, onlyOne)) {
                return true;
            }
        }
        return false;
    }

    private boolean place(Exchange exchange) {
        return onAny((connection, onlyOne) -> connection.open(exchange, onlyOne));
    }

    private @Nullable Half openHalf(Exchange exchange) {
        Half[] opened = {null};
        onAny((connection, onlyOne) -> (opened[0] = connection.openHalf(exchange)) != null);
        return opened[0];
    }

    /** Places an exchange that is not the caller's: what goes wrong with it must not end what the caller is doing. */
    private boolean placeOther(Waiting waiting) {
        try {
            return waiting.blocked ? placeBlocked(waiting) : place(waiting.exchange);
        } catch (GatewayException e) {
            Pool.openOtherElsewhere(waiting.exchange, e.reason(), e.detail());
        } catch (RuntimeException e) {
            waiting.exchange.downstream().refuse(new GatewayException(Cause.INTERNAL, "defect: " + e, e));
        }
        return true;
    }

    private boolean placeBlocked(Waiting waiting) {
        if (!waiting.current()) {
            waiting.giveUp();
            return true;
        }
        Half half = openHalf(waiting.exchange);
        if (half != null && !waiting.finish(half)) {
            half.abort(Cause.DOWNSTREAM_GONE);
        }
        return half != null;
    }

    /** Places as many waiting exchanges as there are free streams. */
    private void pump() {
        int passes = MOST_PASSES;
        while (true) {
            int before = freed;
            Waiting next;
            lock.lock();
            try {
                next = line.take();
            } finally {
                lock.unlock();
            }
            if (next == null) {
                return;
            }
            if (!next.blocked && next.exchange.ended()) {
                continue;
            }
            if (placeOther(next)) {
                continue;
            }
            boolean pass = next.exchange.attempts() > 0 && passes-- > 0; // it wants another connection: let others by
            lock.lock();
            try {
                line.putBack(next, pass);
                dialUnlessChecking();
            } finally {
                lock.unlock();
            }
            if (!pass && freed == before) {
                return; // otherwise a stream became free while this exchange was in our hands
            }
        }
    }

    // ---- dialing ----

    /**
     * Under the lock. While a connection that was idle for long is being asked by PING, its answer is nearer than a new connection;
     * if it does not come in time, upkeep dials.
     */
    private void dialUnlessChecking() {
        for (Serving one : serving) {
            if (one.connection.checking()) {
                return;
            }
        }
        dialIfNeeded();
    }

    /** Under the lock. Retired connections do not count, up to as many again: their streams may last for hours. */
    private void dialIfNeeded() {
        int perConnection = once ? 1 : Math.min(USUAL_STREAMS, config.http2().maxConcurrentStreams());
        int wanted = (line.size() + perConnection - 1) / perConnection;
        while (dialing < wanted
                && serving.length + dialing < config.maxConnections()
                && all.size() < 2 * config.maxConnections()
                && !draining
                && dialer.start(this, null)) {
            dialing++;
        }
        if (dialing == 0 && all.isEmpty() && line.size() > 0) {
            List<Waiting> refused = line.takeIf(waiting -> true);
            Cause cause = draining ? Cause.DRAINING : Cause.OVERLOADED;
            String detail = draining
                    ? "the upstream's pool is draining"
                    : "no descriptor is left for a connection to " + name();
            // not under the lock: refusing writes to downstream connections
            Thread.startVirtualThread(() -> refuse(refused, cause, detail));
        }
    }

    /** Takes over a connection that was opened before it was known that it speaks HTTP/2. */
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
    public void connected(PooledWire wire, @Nullable Peer peer) {
        if (choosing != null && !wire.protocol().equals(Dialer.H2)) {
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
        UpstreamConnection connection = new UpstreamConnection(wire, config, dialer.jitteredAgeNanos(), this);
        boolean late;
        lock.lock();
        try {
            all.add(connection);
            late = draining;
        } finally {
            lock.unlock();
        }
        connection.start(name());
        if (late) {
            connection.abort(UpstreamEnding.DRAINED);
        }
    }

    /** Ends the attempt of every waiting exchange, unless another connection serves: who sent them here decides about another. */
    @Override
    public void failed(Cause cause, String detail) {
        ledger.failed();
        List<Waiting> refused = List.of();
        lock.lock();
        try {
            dialing--;
            lastUsedNanos = System.nanoTime(); // also for an exchange that pump() has taken out of the line
            if (once) {
                Waiting first = line.take(); // it was for one of them
                refused = first == null ? refused : List.of(first);
                dialIfNeeded();
            } else if (serving.length == 0) {
                refused = line.takeIf(waiting -> true);
            } // otherwise the next upkeep dials again
        } finally {
            lock.unlock();
        }
        refuse(refused, cause, detail);
    }

    private void refuse(List<Waiting> refused, Cause cause, String detail) {
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
            successor(failure).accept(exchange);
        } catch (GatewayException e) {
            Pool.openOtherElsewhere(exchange, e.reason(), e.detail());
        }
    }

    // ---- Observer ----

    @Override
    public void ready(UpstreamConnection connection) {
        ledger.opened();
        lock.lock();
        try {
            dialing--;
            Serving[] more = Arrays.copyOf(serving, serving.length + 1);
            more[serving.length] = new Serving(connection);
            serving = more;
        } finally {
            lock.unlock();
        }
        slotFreed(connection);
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // only that it changes matters
    public void slotFreed(UpstreamConnection connection) {
        freed++;
        if (line.size() > 0) {
            pump();
        }
        if (!once && config.maxIdle() < config.maxConnections()) {
            retireIfSurplus(connection);
        }
    }

    /** Whoever finds a stream on it meanwhile keeps it: it closes once that has ended. */
    private void retireIfSurplus(UpstreamConnection connection) {
        boolean surplus = false;
        lock.lock();
        try {
            int idle = 0;
            for (Serving one : serving) {
                idle += one.connection.openStreams() == 0 && !one.surplus ? 1 : 0;
            }
            for (Serving one : serving) {
                if (one.connection == connection && !one.surplus && connection.opened() > 0) {
                    surplus = idle > config.maxIdle() && connection.openStreams() == 0;
                    one.surplus = surplus;
                }
            }
        } finally {
            lock.unlock();
        }
        if (surplus) {
            connection.retire(UpstreamEnding.SURPLUS);
        }
    }

    @Override
    public void retired(UpstreamConnection connection) {
        lock.lock();
        try {
            serving = without(connection);
            if (line.size() > 0) {
                dialIfNeeded();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void ended(UpstreamConnection connection, UpstreamEnding how, String detail) {
        dialer.closed();
        boolean served = connection.served();
        if (served) {
            ledger.ended(how, connection.opened());
        }
        lock.lock();
        try {
            all.remove(connection);
            serving = without(connection);
            lastUsedNanos = System.nanoTime();
            if (served && line.size() > 0) {
                dialIfNeeded();
            }
        } finally {
            lock.unlock();
        }
        if (!served) {
            Cause cause = how == UpstreamEnding.CONNECT_TIMEOUT ? Cause.CONNECT_TIMEOUT : Cause.CONNECT_REFUSED;
            failed(
                    how == UpstreamEnding.PEER_PROTOCOL ? Cause.UPSTREAM_PROTOCOL : cause,
                    "no HTTP/2 with " + name() + ": " + detail);
        }
    }

    private Serving[] without(UpstreamConnection connection) {
        return Arrays.stream(serving)
                .filter(one -> one.connection != connection)
                .toArray(Serving[]::new);
    }

    // ---- upkeep ----

    @Override
    public void upkeep(long now) {
        List<UpstreamConnection> connections;
        List<Waiting> late;
        boolean connected;
        lock.lock();
        try {
            connections = List.copyOf(all);
            connected = serving.length > 0;
            late = line.takeLate(now);
            if (line.waitedFor(PING_PATIENCE_NANOS, now)) {
                dialIfNeeded();
            }
        } finally {
            lock.unlock();
        }
        refuse(
                late,
                connected ? Cause.TOO_MANY_STREAMS : Cause.CONNECT_TIMEOUT,
                "no stream to " + name() + " within " + config.queueTimeout());
        for (UpstreamConnection connection : connections) {
            connection.upkeep(now);
        }
        if (line.size() > 0) {
            pump();
        }
        sampleSaturation(now);
    }

    /** Opens another connection when every one that serves is saturated; it takes what comes from then on. */
    private void sampleSaturation(long now) {
        Serving[] sampled = serving;
        boolean all = sampled.length > 0;
        for (Serving one : sampled) {
            one.saturated = one.saturation.sample(one.connection.strained(now));
            all &= one.saturated;
        }
        if (!all || sampled.length >= config.maxConnections()) {
            return;
        }
        lock.lock();
        try {
            if (dialing == 0 && serving == sampled && !draining && dialer.start(this, null)) {
                dialing++;
            }
        } finally {
            lock.unlock();
        }
    }

    /** The endpoint speaks another protocol now: whoever waits goes to the other pool. */
    void replaced() {
        replaced = true;
        drain();
        List<Waiting> moved;
        lock.lock();
        try {
            moved = line.takeIf(waiting -> true);
        } finally {
            lock.unlock();
        }
        refuse(moved, Cause.DRAINING, "the endpoint chooses another protocol now");
    }

    @Override
    public void drain() {
        lock.lock();
        try {
            draining = true;
        } finally {
            lock.unlock();
        }
        connections().forEach(connection -> connection.retire(UpstreamEnding.DRAINED));
    }

    @Override
    public void abort() {
        drain();
        connections().forEach(connection -> connection.abort(UpstreamEnding.DRAINED));
    }

    private List<UpstreamConnection> connections() {
        lock.lock();
        try {
            return List.copyOf(all);
        } finally {
            lock.unlock();
        }
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
        List<UpstreamConnection> connections = connections();
        long streams = ledger.endedStreams();
        long used = ledger.endedUsed();
        int active = 0;
        for (UpstreamConnection connection : connections) {
            streams += connection.opened();
            used += connection.opened() > 0 ? 1 : 0;
            active += connection.openStreams();
        }
        return new PoolReport(
                user,
                name(),
                protocol,
                ledger.openedCount(),
                streams - used,
                connections.size(),
                active,
                streams,
                line.size(),
                ledger.failedCount(),
                ledger.endings());
    }
}
