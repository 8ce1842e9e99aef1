// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.AttemptFailure;
import io.penstock.gateway.exchange.side.AttemptObserver;
import io.penstock.gateway.exchange.side.Upstream;
import io.penstock.gateway.lookup.MovableClock;
import io.penstock.gateway.lookup.NameCache;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Clusters over a transport without a wire: each endpoint does what the test says, and tells the observer and asks the upstream as a real
 * transport does. Time moves only when told.
 */
final class TestTransport implements EndpointOpener {
    /** What an endpoint does with an attempt. */
    sealed interface Deed {
        /** A whole response. */
        record Answer(List<String> fields) implements Deed {
            Answer(String... fields) {
                this(List.of(fields));
            }
        }

        /** Fails before a response. */
        record Fail(Cause cause, boolean unprocessed) implements Deed {}

        /** Has no room: throws. */
        record Full() implements Deed {}

        /** Does not answer yet. */
        record Hold() implements Deed {}
    }

    final MovableClock clock = new MovableClock();
    final AtomicLong nanos = new AtomicLong(1_000_000_000_000L);
    final List<String> opened = new ArrayList<>();
    final List<Long> pauses = new ArrayList<>();
    final List<Runnable> timers = new ArrayList<>();
    final Map<Integer, Deed> deeds = new HashMap<>();
    final Map<Exchange, AttemptObserver> held = new HashMap<>();
    boolean remembers = true;
    Deed otherwise = new Deed.Answer(":status", "200");

    /** Clusters of this YAML list. */
    Clusters clusters(String yaml) {
        return clusters(yaml, null);
    }

    /** Clusters of this YAML list in place of others, as after a reload. */
    Clusters clusters(String yaml, @Nullable Clusters before) {
        var config = ConfigReader.read(
                "listeners: [{port: 0}]\nroutes: [{name: all, cluster: main}]\nclusters: " + yaml, Map.of());
        Time time = new Time(nanos::get, clock, new SplittableRandom(11), this::sleep, (after, step) -> {
            timers.add(step);
            return () -> timers.remove(step);
        });
        return new Clusters(config.clusters(), this, NameCache.ofSystem(clock), time, before);
    }

    /** One cluster {@code main} of so many endpoints at the ports from 1 on. */
    Cluster cluster(int endpoints, String keys) {
        StringBuilder list = new StringBuilder();
        for (int i = 1; i <= endpoints; i++) {
            list.append(i > 1 ? ", " : "").append("'127.0.0.1:").append(i).append('\'');
        }
        return clusters("[{name: main, endpoints: [" + list + "]" + (keys.isEmpty() ? "" : ", " + keys) + "}]")
                .cluster("main");
    }

    void does(int port, Deed deed) {
        deeds.put(port, deed);
    }

    void forward(Duration time) {
        clock.forward(time);
        nanos.addAndGet(time.toNanos());
    }

    private void sleep(long time) {
        pauses.add(time);
        nanos.addAndGet(time);
    }

    /** Sends a request as a route would, and refuses it as a transport would. */
    TestDownstream send(Cluster cluster, String method, String... fields) {
        TestDownstream downstream = new TestDownstream();
        send(cluster, downstream, downstream.exchange(method, fields));
        return downstream;
    }

    void send(Cluster cluster, TestDownstream downstream, Exchange exchange) {
        try {
            cluster.open(exchange);
        } catch (GatewayException e) {
            downstream.refuse(e);
        }
    }

    @Override
    public void open(Exchange exchange, InetSocketAddress address, String hostname, UpstreamConfig upstream) {
        if (remembers) {
            opened.add(address.getAddress().getHostAddress() + ":" + address.getPort());
        }
        AttemptObserver observer = exchange.attemptObserver();
        Deed deed = deeds.getOrDefault(address.getPort(), otherwise);
        switch (deed) {
            case Deed.Full full -> throw new GatewayException(Cause.TOO_MANY_STREAMS, "full");
            case Deed.Hold hold -> {
                observer.started();
                held.put(exchange, observer);
            }
            case Deed.Fail fail -> {
                observer.ended(fail.cause(), Exchange.NONE);
                end(exchange, AttemptFailure.of(fail.cause(), "", fail.unprocessed()));
            }
            case Deed.Answer answer -> {
                observer.started();
                answer(exchange, observer, head(answer.fields().toArray(String[]::new)));
            }
        }
    }

    /** The endpoint answers what it held. */
    void release(Exchange exchange, String... fields) {
        AttemptObserver observer = held.remove(exchange);
        if (observer != null) {
            answer(exchange, observer, head(fields));
        }
    }

    private static void answer(Exchange exchange, AttemptObserver observer, Head head) {
        Upstream upstream = upstream(exchange);
        int grpcStatus = GrpcStatuses.of(head);
        observer.responded(head.status(), grpcStatus);
        observer.ended(null, grpcStatus);
        if (upstream.mayWithhold(exchange, head) && upstream.again(exchange, AttemptFailure.of(head))) {
            return;
        }
        exchange.responded(head);
        exchange.status(head.status());
        exchange.end();
    }

    private static void end(Exchange exchange, AttemptFailure failure) {
        Cause cause = failure.cause();
        if (cause != null && !upstream(exchange).again(exchange, failure)) {
            exchange.downstream().refuse(new GatewayException(cause, ""));
        }
    }

    private static Upstream upstream(Exchange exchange) {
        @Nullable Upstream upstream = exchange.upstream();
        if (upstream == null) {
            throw new AssertionError("the cluster did not set itself");
        }
        return upstream;
    }

    private static Head head(String... fields) {
        Head head = new Head();
        for (int i = 0; i < fields.length; i += 2) {
            head.add(fields[i], fields[i + 1]);
        }
        return head;
    }
}
