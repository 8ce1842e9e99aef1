// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream;

import io.penstock.gateway.config.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Upstream;
import io.penstock.gateway.http2.UpstreamConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The connections to one endpoint: many streams on few of them.
 *
 * <p>The first connection that has a free stream takes the exchange, so that the others fall idle and close. Another connection is
 * opened only when none has a free stream, up to a bound; what cannot be placed waits, bounded in number and time.
 *
 * <p>Bound: {@code maxConnections} connections and {@code maxQueue} waiting exchanges. The lock guards the lists; it is not held
 * while a connection is called.
 */
final class EndpointPool implements Upstream, UpstreamConnection.Observer {
    /** Assumed while an endpoint has not told how many streams it takes. */
    private static final int USUAL_STREAMS = 100;
    /** How long a PING may take before another connection is opened instead. */
    private static final long PING_PATIENCE_NANOS = 100_000_000;
    /** How often one look at the queue puts second attempts behind the others. */
    private static final int MOST_PASSES = 16;

    private final String user;
    private final InetSocketAddress address;
    private final String name;
    private final UpstreamConfig config;
    private final ConnectionBudget budget;
    private final Ledger ledger = new Ledger();
    private final ReentrantLock lock = new ReentrantLock();

    private volatile UpstreamConnection[] serving = {};
    private final List<UpstreamConnection> all = new ArrayList<>();
    private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
    private int dialing;
    private boolean draining;
    private volatile boolean abandoned;
    private volatile int queued;
    private volatile int freed;
    private volatile long lastUsedNanos = System.nanoTime();

    private static final class Waiting {
        final Exchange exchange;
        final long sinceNanos = System.nanoTime();
        boolean failedOnce;

        Waiting(Exchange exchange) {
            this.exchange = exchange;
        }
    }

    EndpointPool(String user, InetSocketAddress address, UpstreamConfig config, ConnectionBudget budget) {
        this.user = user;
        this.address = address;
        this.name = text(address);
        this.config = config;
        this.budget = budget;
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** {@code address:port}. */
    String name() {
        return name;
    }

    @Override
    public void open(Exchange exchange) {
        if (queued == 0 && place(exchange)) {
            return;
        }
        lock.lock();
        try {
            if (draining) {
                throw new GatewayException(Cause.DRAINING, "the upstream's pool is draining");
            }
            if (queue.size() >= config.maxQueue()) {
                throw new GatewayException(
                        Cause.TOO_MANY_STREAMS, config.maxQueue() + " exchanges already wait for " + name);
            }
            queue.add(new Waiting(exchange));
            queued = queue.size();
            dialUnlessChecking();
        } finally {
            lock.unlock();
        }
        pump();
    }

    private boolean place(Exchange exchange) {
        UpstreamConnection[] now = serving;
        boolean onlyOne = config.maxConnections() == 1 && now.length == 1;
        for (UpstreamConnection connection : now) {
            if (connection.open(exchange, onlyOne)) {
                return true;
            }
        }
        return false;
    }

    /** Places an exchange that is not the caller's: what goes wrong with it must not end what the caller is doing. */
    private boolean placeOther(Exchange exchange) {
        try {
            return place(exchange);
        } catch (RuntimeException e) {
            exchange.downstream().refuse(new GatewayException(Cause.INTERNAL, "defect: " + e, e));
            return true;
        }
    }

    /** Places as many waiting exchanges as there are free streams. */
    private void pump() {
        int passes = MOST_PASSES;
        while (true) {
            int before = freed;
            Waiting next;
            lock.lock();
            try {
                next = queue.poll();
                queued = queue.size();
            } finally {
                lock.unlock();
            }
            if (next == null) {
                return;
            }
            if (next.exchange.ended() || placeOther(next.exchange)) {
                continue;
            }
            boolean pass = next.exchange.attempts() > 0 && passes-- > 0; // it wants another connection: let others by
            lock.lock();
            try {
                if (pass) {
                    queue.addLast(next);
                } else {
                    queue.addFirst(next);
                }
                queued = queue.size();
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
        for (UpstreamConnection connection : serving) {
            if (connection.checking()) {
                return;
            }
        }
        dialIfNeeded();
    }

    /** Under the lock. Retired connections do not count, up to as many again: their streams may last for hours. */
    private void dialIfNeeded() {
        int perConnection = Math.min(USUAL_STREAMS, config.http2().maxConcurrentStreams());
        int wanted = (queue.size() + perConnection - 1) / perConnection;
        while (dialing < wanted
                && serving.length + dialing < config.maxConnections()
                && all.size() < 2 * config.maxConnections()
                && !draining
                && budget.take()) {
            dialing++;
            Thread.ofVirtual().name("dial " + name).start(this::dial);
        }
        if (dialing == 0 && all.isEmpty() && !queue.isEmpty()) {
            refuseQueued(
                    draining ? Cause.DRAINING : Cause.OVERLOADED,
                    draining ? "the upstream's pool is draining" : "no descriptor is left for a connection to " + name);
        }
    }

    private void dial() {
        UpstreamConnection connection;
        try {
            ChannelWire wire = ChannelWire.connect(address, config.connectTimeout());
            connection = new UpstreamConnection(wire, config, jitteredAge(), this);
        } catch (SocketTimeoutException e) {
            budget.give();
            dialFailed(Cause.CONNECT_TIMEOUT, "no connection to " + name + " within " + config.connectTimeout());
            return;
        } catch (IOException | RuntimeException e) {
            budget.give();
            dialFailed(Cause.CONNECT_REFUSED, "connect to " + name + ": " + e.getMessage());
            return;
        }
        boolean late;
        lock.lock();
        try {
            all.add(connection);
            late = draining;
        } finally {
            lock.unlock();
        }
        connection.start(name);
        if (late) {
            connection.abort(UpstreamConnection.Ending.DRAINED);
        }
    }

    /** A tenth more or less, so that connections that were born together do not die together. */
    private long jitteredAge() {
        long age = config.maxAge().toNanos();
        return age - age / 10 + ThreadLocalRandom.current().nextLong(age / 5 + 1);
    }

    /** Gives every waiting exchange one more dial, unless another connection serves; then refuses it. */
    private void dialFailed(Cause cause, String detail) {
        ledger.failed();
        List<Waiting> refused = new ArrayList<>();
        lock.lock();
        try {
            dialing--;
            if (serving.length == 0) {
                queue.removeIf(waiting -> {
                    if (waiting.failedOnce) {
                        refused.add(waiting);
                        return true;
                    }
                    waiting.failedOnce = true;
                    return false;
                });
                queued = queue.size();
                dialIfNeeded();
            } // otherwise the next upkeep dials again
        } finally {
            lock.unlock();
        }
        refuse(refused, cause, detail);
    }

    private void refuseQueued(Cause cause, String detail) {
        List<Waiting> refused = new ArrayList<>(queue);
        queue.clear();
        queued = 0;
        // not under the lock: refusing writes to downstream connections
        Thread.startVirtualThread(() -> refuse(refused, cause, detail));
    }

    private static void refuse(List<Waiting> refused, Cause cause, String detail) {
        for (Waiting waiting : refused) {
            waiting.exchange.downstream().refuse(new GatewayException(cause, detail));
        }
    }

    // ---- Observer ----

    @Override
    public void ready(UpstreamConnection connection) {
        ledger.opened();
        lock.lock();
        try {
            dialing--;
            UpstreamConnection[] more = Arrays.copyOf(serving, serving.length + 1);
            more[serving.length] = connection;
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
        if (queued > 0) {
            pump();
        }
    }

    @Override
    public void retired(UpstreamConnection connection) {
        lock.lock();
        try {
            serving = without(connection);
            if (!queue.isEmpty()) {
                dialIfNeeded();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void ended(UpstreamConnection connection, UpstreamConnection.Ending how, String detail) {
        budget.give();
        boolean served = connection.served();
        if (served) {
            ledger.ended(how, connection.opened());
        }
        lock.lock();
        try {
            all.remove(connection);
            serving = without(connection);
            lastUsedNanos = System.nanoTime();
            if (served && !queue.isEmpty()) {
                dialIfNeeded();
            }
        } finally {
            lock.unlock();
        }
        if (!served) {
            Cause cause =
                    how == UpstreamConnection.Ending.CONNECT_TIMEOUT ? Cause.CONNECT_TIMEOUT : Cause.CONNECT_REFUSED;
            dialFailed(
                    how == UpstreamConnection.Ending.PEER_PROTOCOL ? Cause.UPSTREAM_PROTOCOL : cause,
                    "no HTTP/2 with " + name + ": " + detail);
        }
    }

    private UpstreamConnection[] without(UpstreamConnection connection) {
        return Arrays.stream(serving).filter(one -> one != connection).toArray(UpstreamConnection[]::new);
    }

    // ---- upkeep ----

    /** Looks at the clock; called a few times a second. */
    void upkeep(long now) {
        List<UpstreamConnection> connections;
        List<Waiting> late = new ArrayList<>();
        boolean connected;
        lock.lock();
        try {
            connections = List.copyOf(all);
            connected = serving.length > 0;
            queue.removeIf(waiting -> {
                if (now - waiting.sinceNanos > config.queueTimeout().toNanos()) {
                    late.add(waiting);
                }
                return waiting.exchange.ended()
                        || now - waiting.sinceNanos > config.queueTimeout().toNanos();
            });
            queued = queue.size();
            Waiting eldest = queue.peek();
            if (eldest != null && now - eldest.sinceNanos > PING_PATIENCE_NANOS) {
                dialIfNeeded();
            }
        } finally {
            lock.unlock();
        }
        refuse(
                late,
                connected ? Cause.TOO_MANY_STREAMS : Cause.CONNECT_TIMEOUT,
                "no stream to " + name + " within " + config.queueTimeout());
        for (UpstreamConnection connection : connections) {
            connection.upkeep(now);
        }
        if (queued > 0) {
            pump();
        }
    }

    /** Takes nothing new and closes every connection with its last stream. */
    void drain() {
        List<UpstreamConnection> connections;
        lock.lock();
        try {
            draining = true;
            connections = List.copyOf(all);
        } finally {
            lock.unlock();
        }
        connections.forEach(connection -> connection.retire(UpstreamConnection.Ending.DRAINED));
    }

    /** Closes everything at once. */
    void abort() {
        drain();
        List<UpstreamConnection> connections;
        lock.lock();
        try {
            connections = List.copyOf(all);
        } finally {
            lock.unlock();
        }
        connections.forEach(connection -> connection.abort(UpstreamConnection.Ending.DRAINED));
    }

    /** Gives the pool up if nothing was open or waiting for this long; from then on it must not be used. */
    boolean abandonAfter(long nanos, long now) {
        lock.lock();
        try {
            if (all.isEmpty() && dialing == 0 && queue.isEmpty() && now - lastUsedNanos > nanos) {
                abandoned = true;
            }
            return abandoned;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the pool was given up: its place in the map has been taken, or will be, by another. */
    boolean abandoned() {
        return abandoned;
    }

    PoolReport report() {
        List<UpstreamConnection> connections;
        lock.lock();
        try {
            connections = List.copyOf(all);
        } finally {
            lock.unlock();
        }
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
                name,
                ledger.openedCount(),
                streams - used,
                connections.size(),
                active,
                streams,
                queued,
                ledger.failedCount(),
                ledger.endings());
    }
}
