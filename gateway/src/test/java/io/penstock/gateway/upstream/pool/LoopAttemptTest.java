// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.side.AttemptObserver;
import io.penstock.gateway.exchange.time.HttpDate;
import io.penstock.gateway.filter.PathPolicy;
import io.penstock.gateway.http1.Http1Connection;
import io.penstock.gateway.http1.Http1Settings;
import io.penstock.gateway.http1.message.FieldCache;
import io.penstock.gateway.upstream.dial.ConnectionBudget;
import io.penstock.gateway.upstream.dial.Dialer;
import io.penstock.gateway.wire.ChannelWire;
import io.penstock.gateway.wire.EventLoop;
import io.penstock.gateway.wire.EventLoops;
import io.penstock.gateway.wire.TlsFailures;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attempts on an event loop whose request the upstream does not take, or not whole: of a request, the kernels take 6 KiB. */
@Timeout(60)
class LoopAttemptTest {
    private static final int SMALL = 2048;
    private static final Pattern LENGTH = Pattern.compile("content-length: (\\d+)");

    private final GatewayConfig config = ConfigReader.read("""
                    listeners: [{name: main, port: 0}]
                    routes: [{name: all, cluster: a}]
                    clusters: [{name: a, endpoints: ["a:1"], upstream: {protocol: http1}}]
                    """, Map.of());
    private final EventLoops loops = new EventLoops(1);
    private final LinkedBlockingQueue<Exchange> ended = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<GatewayException> thrown = new LinkedBlockingQueue<>();
    /** Where each attempt was begun. */
    private final LinkedBlockingQueue<Boolean> begun = new LinkedBlockingQueue<>();

    private volatile Runnable firstBegun = () -> {};
    private ServerSocketChannel upstreams;
    private ServerSocketChannel downstreams;
    private ChannelWire wire;
    private Socket upstream;
    private Socket client;
    private Http1Pool pool;

    @BeforeEach
    void connect() throws IOException {
        upstreams = ServerSocketChannel.open();
        upstreams.setOption(StandardSocketOptions.SO_RCVBUF, SMALL);
        upstreams.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SMALL);
        channel.connect(upstreams.getLocalAddress());
        wire = ChannelWire.of(channel);
        upstream = upstreams.accept().socket();

        UpstreamConfig policy = config.clusters().getFirst().upstream();
        ConnectionBudget budget = new ConnectionBudget(10);
        InetSocketAddress address = (InetSocketAddress) upstreams.getLocalAddress();
        pool = new Http1Pool(
                "a", policy, new Dialer(address, "a", policy, null, budget, new TlsFailures()), exchange -> {});
        assertThat(budget.take()).isTrue();
        pool.adopt(wire);
        for (long proven = 0; proven < IdleAge.PROOF_NANOS; proven += IdleAge.ERRATIC_NANOS) {
            pool.idleAge()
                    .open(0, IdleAge.ERRATIC_NANOS, System.nanoTime()); // so that a POST may have an idle connection
        }

        downstreams = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        client = SocketChannel.open(downstreams.getLocalAddress()).socket();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        upstream.close();
        pool.abort();
        downstreams.close();
        upstreams.close();
        loops.close();
    }

    // ---- the gateway ----

    /** Serves the client's connection, on which a request is whole already: nothing of it has to be waited for. */
    private void serve() throws IOException {
        SocketChannel accepted = downstreams.accept();
        ListenerConfig listener = config.listeners().getFirst();
        PathPolicy paths = PathPolicy.of(listener);
        HttpDate date = new HttpDate(InstantSource.system());
        Http1Connection connection = new Http1Connection(
                ChannelWire.of(accepted),
                new Http1Settings(listener, this::open, ended::add, new FieldCache(), date, () -> paths, 64 * 1024),
                new Peer("main", "127.0.0.1", client.getLocalPort(), false, true),
                loops.next());
        Thread.startVirtualThread(() -> {
            connection.serve();
            connection.abort();
        });
    }

    private void open(Exchange exchange) {
        exchange.attemptObserver(new AttemptObserver() {
            @Override
            public void started() {
                boolean first = begun.isEmpty();
                begun.add(EventLoop.current() != null);
                if (first) {
                    firstBegun.run();
                }
            }
        });
        try {
            pool.open(exchange);
        } catch (GatewayException e) {
            thrown.add(e);
        }
    }

    // ---- its peers ----

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = socket.getInputStream().read();
            assertThat(b).as("the gateway closed after " + head).isNotNegative();
            head.append((char) b);
        }
        return head.toString();
    }

    private static int body(Socket socket, int bytes) throws IOException {
        return socket.getInputStream().readNBytes(bytes).length;
    }

    private void reset() {
        try {
            upstream.setSoLinger(true, 0);
            upstream.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void resetUntilItIsKnown() {
        reset();
        long began = System.nanoTime();
        while (wire.quiet()) {
            assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(10));
            Thread.onSpinWait();
        }
    }

    private void ask(String method, int bytes) throws IOException {
        send(client, method + " / HTTP/1.1\r\nHost: a\r\nContent-Length: " + bytes + "\r\n\r\n" + "x".repeat(bytes));
    }

    private @Nullable Cause ended() throws InterruptedException {
        Exchange exchange = ended.poll(30, TimeUnit.SECONDS);
        assertThat(exchange).as("an exchange has ended").isNotNull();
        return exchange.cause();
    }

    private void assertBegunOnLoop(int attempts) {
        assertThat(begun).hasSize(attempts).startsWith(true);
    }

    @Test
    void doesNotRepeatWhatMayHaveBeenProcessed() throws Exception {
        ask("POST", 5);
        serve();
        assertThat(head(upstream)).contains("content-length: 5");
        assertThat(body(upstream, 5)).isEqualTo(5);

        reset();

        assertRefused();
        assertBegunOnLoop(1);
    }

    /** The rest of it is sent by the exchange's thread, to whom the failure comes. */
    @ParameterizedTest
    @CsvSource({"POST, false", "PUT, true"})
    void endsWithARequestThatWasTakenInPart(String method, boolean repeatable) throws Exception {
        ask(method, 15_000);
        serve();
        assertThat(body(upstream, 1)).isEqualTo(1);

        reset();

        if (repeatable) {
            assertServed(15_000);
        } else {
            assertRefused();
            ask(method, 5);
            assertServed(5);
        }
        assertThat(wire.loop()).as("its loop").isNull();
        assertBegunOnLoop(2);
    }

    /** Found at the end of the turn, which is a matter for that thread, too. */
    @ParameterizedTest
    @CsvSource({"POST, 0, false", "POST, 5, false", "PUT, 0, true", "PUT, 5, true"})
    void endsWithARequestThatCannotBeSent(String method, int bytes, boolean repeatable) throws Exception {
        firstBegun = this::resetUntilItIsKnown;

        ask(method, bytes);
        serve();

        if (!repeatable) {
            assertRefused();
            ask(method, bytes);
        }
        assertServed(bytes);
        assertThat(wire.loop()).as("its loop").isNull();
        assertBegunOnLoop(2);
    }

    private void assertRefused() throws Exception {
        String head = head(client);
        assertThat(head).startsWith("HTTP/1.1 502 ");
        Matcher length = LENGTH.matcher(head);
        assertThat(length.find()).as(head).isTrue();
        assertThat(body(client, Integer.parseInt(length.group(1)))).isPositive();
        assertThat(ended()).isEqualTo(Cause.UPSTREAM_RESET);
        assertThat(thrown).isEmpty();
        assertThat(pool.report().open()).isZero();
        assertThat(pool.report().activeStreams()).isZero();
    }

    /** A request of so many bytes is served, on a connection that is dialled for it when there is none. */
    private void assertServed(int bytes) throws Exception {
        try (Socket next = upstreams.accept().socket()) {
            assertThat(head(next)).contains("content-length: " + bytes);
            assertThat(body(next, bytes)).isEqualTo(bytes);
            send(next, "HTTP/1.1 204 No Content\r\n\r\n");

            assertThat(head(client)).startsWith("HTTP/1.1 204 ");
            assertThat(ended()).isNull();
            assertThat(pool.report().open()).isEqualTo(1);
            assertThat(pool.report().activeStreams()).isZero();
        }
    }
}
