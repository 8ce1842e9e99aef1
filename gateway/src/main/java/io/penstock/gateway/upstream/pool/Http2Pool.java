// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import io.penstock.gateway.http2.UpstreamConnection;
import io.penstock.gateway.upstream.dial.Dialer;
import io.penstock.gateway.upstream.pool.WaitingLine.Waiting;
import io.penstock.gateway.wire.PooledWire;
import java.util.ArrayList;
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

    private final UpstreamConfig config;
    private final Dialer dialer;
    private final @Nullable AutoPool choosing;
    private final String protocol;
    private final boolean once;
    private final Intake intake;
    private final ReentrantLock lock;
    private final WaitingLine line;
    private final Http2Serving serving;
    private final Http2Placing placing;
    private final List<UpstreamConnection> all = new ArrayList<>();

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
        this.config = config;
        this.dialer = dialer;
        this.choosing = choosing;
        this.once = config.reuse() == UpstreamConfig.Reuse.NEVER;
        this.intake = new Intake(user, config, dialer, successor);
        this.lock = intake.lock;
        this.line = intake.line;
        this.serving = new Http2Serving(config.maxConnections());
        this.placing = new Http2Placing(once, intake, serving, this::dialUnlessChecking);
        this.protocol = config.tls().isPresent() ? "h2" : "h2c";
    }

    @Override
    public String name() {
        return intake.name();
    }

    @Override
    public void open(Exchange exchange) {
        placing.open(exchange);
    }

    // ---- dialing ----

    /**
     * Under the lock. While a connection that was idle for long is being asked by PING, its answer is nearer than a new connection;
     * if it does not come in time, upkeep dials.
     */
    private void dialUnlessChecking() {
        if (!serving.checking()) {
            dialIfNeeded();
        }
    }

    /** Under the lock. Retired connections do not count, up to as many again: their streams may last for hours. */
    private void dialIfNeeded() {
        int perConnection = once ? 1 : Math.min(USUAL_STREAMS, config.http2().maxConcurrentStreams());
        int wanted = (line.size() + perConnection - 1) / perConnection;
        boolean started = true;
        while (started && intake.wants(wanted) && hasRoom()) {
            started = intake.dial(this, null);
        }
        if (all.isEmpty()) {
            intake.refuseUndialed();
        }
    }

    private boolean hasRoom() {
        int most = config.maxConnections();
        return serving.size() + intake.dialing() < most && all.size() < 2 * most;
    }

    /** Takes over a connection that was opened before it was known that it speaks HTTP/2. */
    void adopt(PooledWire wire) {
        intake.adoptDial();
        connected(wire, null);
    }

    @Override
    public void connected(PooledWire wire, @Nullable Peer peer) {
        if (choosing != null && !wire.protocol().equals(Dialer.H2)) {
            choosing.chosenInsteadOf(this, wire);
            replaced();
            intake.dialed(); // not before: somebody would dial anew for who waits still
            return;
        }
        UpstreamConnection connection = new UpstreamConnection(wire, config, dialer.jitteredAgeNanos(), this);
        boolean late = intake.locked(() -> {
            all.add(connection);
            return intake.draining();
        });
        connection.start(name());
        if (late) {
            connection.abort(UpstreamEnding.DRAINED);
        }
    }

    /** Ends the attempt of every waiting exchange, unless another connection serves: who sent them here decides about another. */
    @Override
    public void failed(Cause cause, String detail) {
        intake.ledger.failed();
        List<Waiting> refused = List.of();
        lock.lock();
        try {
            intake.dialed();
            intake.used(System.nanoTime()); // also for an exchange that pump() has taken out of the line
            if (once) {
                Waiting first = line.take(); // it was for one of them
                refused = first == null ? refused : List.of(first);
                dialIfNeeded();
            } else if (serving.size() == 0) {
                refused = line.takeAll();
            } // otherwise the next upkeep dials again
        } finally {
            lock.unlock();
        }
        intake.refuse(refused, cause, detail);
    }

    // ---- Observer ----

    @Override
    public void ready(UpstreamConnection connection) {
        intake.ledger.opened();
        intake.locked(() -> {
            intake.dialed();
            serving.add(connection);
        });
        slotFreed(connection);
    }

    @Override
    public void slotFreed(UpstreamConnection connection) {
        placing.slotFreed();
        boolean mayBeSurplus = !once && config.maxIdle() < config.maxConnections();
        if (mayBeSurplus && intake.locked(() -> serving.surplus(connection, config.maxIdle()))) {
            connection.retire(
                    UpstreamEnding.SURPLUS); // whoever finds a stream on it meanwhile keeps it, until that has ended
        }
    }

    @Override
    public void retired(UpstreamConnection connection) {
        intake.locked(() -> {
            serving.remove(connection);
            dialIfNeeded();
        });
    }

    @Override
    public void ended(UpstreamConnection connection, UpstreamEnding how, String detail) {
        boolean served = connection.served();
        lock.lock();
        try {
            all.remove(connection);
            serving.remove(connection);
            dialer.closed();
            intake.used(System.nanoTime());
            if (served) {
                intake.ledger.ended(how, connection.opened());
            }
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

    // ---- upkeep ----

    @Override
    public void upkeep(long now) {
        List<UpstreamConnection> connections;
        List<Waiting> late;
        boolean connected;
        lock.lock();
        try {
            connections = List.copyOf(all);
            connected = serving.size() > 0;
            late = line.takeLate(now);
            if (line.waitedFor(PING_PATIENCE_NANOS, now)) {
                dialIfNeeded();
            }
        } finally {
            lock.unlock();
        }
        intake.refuseLate(late, connected ? Cause.TOO_MANY_STREAMS : Cause.CONNECT_TIMEOUT, "stream");
        connections.forEach(connection -> connection.upkeep(now));
        placing.pump();
        serving.sample(now);
        if (serving.saturated()) {
            intake.locked(this::dialBeside);
        }
    }

    /** Under the lock: opens another connection when every one that serves is saturated; it takes what comes from then on. */
    private void dialBeside() {
        if (serving.saturated() && serving.size() < config.maxConnections() && intake.wants(1)) {
            intake.dial(this, null);
        }
    }

    // ---- the end ----

    /** The endpoint speaks another protocol now: whoever waits goes to the other pool. */
    void replaced() {
        intake.replace();
        drain();
        intake.refuse(intake.locked(line::takeAll), Cause.DRAINING, "the endpoint chooses another protocol now");
    }

    @Override
    public void drain() {
        intake.locked(intake::drain);
        connections().forEach(connection -> connection.retire(UpstreamEnding.DRAINED));
    }

    @Override
    public void abort() {
        drain();
        connections().forEach(connection -> connection.abort(UpstreamEnding.DRAINED));
    }

    private List<UpstreamConnection> connections() {
        return intake.locked(() -> List.copyOf(all));
    }

    @Override
    public boolean abandonAfter(long nanos, long now) {
        return intake.abandonAfter(all::isEmpty, nanos, now);
    }

    @Override
    public boolean abandoned() {
        return intake.abandoned();
    }

    @Override
    public PoolReport report() {
        long streams = 0;
        long used = 0;
        int active = 0;
        lock.lock();
        try {
            for (UpstreamConnection connection : all) {
                streams += connection.opened();
                used += connection.opened() > 0 ? 1 : 0;
                active += connection.openStreams();
            }
            return intake.report(protocol, all.size(), active, streams, used);
        } finally {
            lock.unlock();
        }
    }
}
