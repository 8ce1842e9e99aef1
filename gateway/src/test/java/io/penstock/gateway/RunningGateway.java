// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import io.penstock.gateway.filter.Filter;
import io.penstock.gateway.upstream.pool.PoolReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A real gateway for each test, with an {@link Origin} behind it and clients before it, all moved frame by frame.
 *
 * <p>The configuration is a YAML text in which {@code ${ORIGIN}} stands for the origin's address. As an extension it starts when a test asks
 * for something of it first, and stops after each test with all that it {@linkplain #keep keeps}; {@link #start} and {@link #close} do so
 * by hand. What a test says of it before the start holds for that test.
 */
final class RunningGateway implements AfterEachCallback, AutoCloseable {
    private String yaml;
    private final Map<String, String> environment = new HashMap<>();
    private final List<Filter> filters = new ArrayList<>();
    private final Kept kept = new Kept();
    private final LinkedBlockingQueue<Exchange> ended = new LinkedBlockingQueue<>();
    private @Nullable Origin origin;
    private @Nullable Gateway gateway;

    private RunningGateway(String yaml) {
        this.yaml = yaml;
    }

    /** With this configuration; the listeners and what else is missing must be in it. */
    static RunningGateway with(String yaml) {
        return new RunningGateway(yaml);
    }

    /** With one listener, and one route to the origin with these keys of its {@code upstream}. */
    static RunningGateway toOrigin(String upstream) {
        return toOrigin(upstream, "");
    }

    /** The same with further keys of the route. */
    static RunningGateway toOrigin(String upstream, String route) {
        return with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin%s}]
                clusters: [{name: origin, endpoints: ["${ORIGIN}"], upstream: {%s}}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(route.isEmpty() ? "" : ", " + route, upstream));
    }

    static RunningGateway toOrigin() {
        return toOrigin("");
    }

    /** Sets a variable of the configuration. */
    RunningGateway variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Runs this filter on every route, too. */
    RunningGateway filter(Filter filter) {
        filters.add(filter);
        return this;
    }

    /** Has one listener, and one route to the origin with these keys of its {@code upstream}. */
    RunningGateway upstream(String keys) {
        return upstream(keys, "");
    }

    /** The same with further keys of the route. */
    RunningGateway upstream(String keys, String route) {
        return configured(toOrigin(keys, route).yaml);
    }

    /** Has this configuration. */
    RunningGateway configured(String text) {
        if (gateway != null) {
            throw new IllegalStateException("the gateway runs already");
        }
        yaml = text;
        return this;
    }

    /** Has an origin that speaks HTTP/1.1 in the place of the one that is moved frame by frame. */
    Http1Origin before(Http1Origin other) {
        return before(other, "");
    }

    /** The same with these keys of its {@code upstream}. */
    Http1Origin before(Http1Origin other, String upstream) {
        upstream("protocol: http1" + (upstream.isEmpty() ? "" : ", " + upstream));
        environment.put("ORIGIN", other.address());
        return keep(other);
    }

    /** Closes this, too, when the test is over: what was kept last is closed first. */
    <T extends AutoCloseable> T keep(T part) {
        return kept.add(part);
    }

    synchronized RunningGateway start() {
        if (gateway != null) { // once more
            origin = null;
            environment.remove("ORIGIN");
        }
        environment.computeIfAbsent("ORIGIN", name -> origin().address());
        Gateway built = new Gateway(ConfigReader.read(yaml, environment), ended::add, filters);
        gateway = keep(built);
        try {
            built.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Reads the same configuration again. */
    void applyAgain() throws IOException {
        apply(yaml);
    }

    /** Replaces the configuration of the running gateway. */
    void apply(String other) throws IOException {
        gateway().apply(ConfigReader.read(other, environment));
    }

    @Override
    public void close() {
        kept.close();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }

    synchronized Origin origin() {
        Origin running = origin;
        if (running == null) {
            running = keep(new Origin());
            origin = running;
        }
        return running;
    }

    synchronized Gateway gateway() {
        if (gateway == null) {
            start();
        }
        return Objects.requireNonNull(gateway);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(),
                gateway().listeners().getFirst().port());
    }

    /** Connects a new client that sends these SETTINGS. */
    FramePeer client(long... settings) {
        return keep(FramePeer.connect(address(), settings));
    }

    /** Connects a new client that speaks HTTP/1.1. */
    Http1Origin.Connection http1Client() throws IOException {
        return keep(new Http1Origin.Connection(
                new Socket(address().getAddress(), address().getPort())));
    }

    /** Takes the next exchange that has ended. */
    Exchange ended() {
        try {
            Exchange exchange = ended.poll(FramePeer.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            if (exchange == null) {
                throw new AssertionError("no exchange ended");
            }
            return exchange;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** How many exchanges have ended and were not taken. */
    int endedCount() {
        return ended.size();
    }

    /** Lets real time pass, for what only the clock does: the pool's ages are compared with {@link System#nanoTime()}. */
    void awaitNanos(long nanos) {
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() - until < 0) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }

    /** Waits until so many connections to the origin have ended; by how they ended. */
    Map<UpstreamEnding, Long> awaitClosed(int count) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FramePeer.PATIENCE_MILLIS);
        while (pool().closed().values().stream().mapToLong(Long::longValue).sum() < count) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("too few connections ended: " + pool());
            }
            awaitNanos(5_000_000);
        }
        return pool().closed();
    }

    /** Waits until no client has a stream open. */
    void awaitNoStreams() {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FramePeer.PATIENCE_MILLIS);
        while (gateway().listeners().getFirst().openStreams() > 0) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("streams stay open");
            }
            awaitNanos(5_000_000);
        }
    }

    /** The ledger of the origin. */
    PoolReport pool() {
        return gateway().upstreams().report().getFirst();
    }
}
