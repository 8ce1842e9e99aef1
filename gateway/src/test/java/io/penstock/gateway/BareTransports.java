// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.side.AttemptObserver;
import io.penstock.gateway.exchange.time.HttpDate;
import io.penstock.gateway.filter.PathPolicy;
import io.penstock.gateway.http2.DownstreamConnection;
import io.penstock.gateway.http2.UpstreamConnection;
import io.penstock.gateway.wire.ChannelWire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The two HTTP/2 transports without a pipeline between them: a listening socket, one connection to an {@link Origin}, and what happens
 * to an exchange is the test's. By default each is copied in blocking style from half to half.
 */
final class BareTransports implements BeforeEachCallback, AfterEachCallback, UpstreamConnection.Observer {
    private static final int COPY_BYTES = 16 * 1024;

    private final ListenerConfig listener;
    private final UpstreamConfig upstream;
    private final Semaphore readiness = new Semaphore(0);
    private final Semaphore freed = new Semaphore(0);
    private final LinkedBlockingQueue<Exchange> ended = new LinkedBlockingQueue<>();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<FramePeer> clients = new ArrayList<>();
    private volatile Consumer<Exchange> handler = this::forward;
    private @Nullable Origin origin;
    private @Nullable ServerSocketChannel server;
    private volatile @Nullable UpstreamConnection connection;

    /** With these keys of {@code upstream}. */
    BareTransports(String upstreamKeys) {
        GatewayConfig config = ConfigReader.read("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["127.0.0.1:1"], upstream: {%s}}]
                admin: {port: 0}
                """.formatted(upstreamKeys), Map.of());
        listener = config.listeners().getFirst();
        upstream = config.clusters().getFirst().upstream();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        origin = new Origin();
        ServerSocketChannel listening = ServerSocketChannel.open();
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server = listening;
        Thread.ofVirtual().start(() -> accept(listening));
    }

    private void accept(ServerSocketChannel listening) {
        try (var serving = Executors.newVirtualThreadPerTaskExecutor()) {
            while (true) {
                SocketChannel channel = listening.accept();
                serving.execute(() -> serve(channel));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(SocketChannel channel) {
        Peer peer = new Peer("main", "127.0.0.1", 1, false, true);
        PathPolicy paths = PathPolicy.of(listener);
        new DownstreamConnection(
                        ChannelWire.of(channel),
                        listener,
                        peer,
                        exchange -> handler.accept(exchange),
                        ended::add,
                        new HttpDate(InstantSource.system()),
                        () -> paths,
                        upstream.replayBytes())
                .serve();
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        clients.forEach(FramePeer::close);
        origin().close();
        if (server != null) {
            server.close();
        }
    }

    /** What happens to each exchange. */
    void handle(Consumer<Exchange> step) {
        handler = step;
    }

    Origin origin() {
        return present(origin);
    }

    private static <T> T present(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("not there yet");
        }
        return part;
    }

    FramePeer client(long... settings) {
        try {
            FramePeer client =
                    FramePeer.connect((InetSocketAddress) present(server).getLocalAddress(), settings);
            clients.add(client);
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens the connection to the origin and waits until it takes streams; the origin's end of it. */
    FramePeer connect() {
        try {
            String[] address = origin().address().split(":", 2);
            ChannelWire wire = ChannelWire.connect(
                    new InetSocketAddress(address[0], Integer.parseInt(address[1])), Duration.ofSeconds(5));
            UpstreamConnection made = new UpstreamConnection(wire, upstream, TimeUnit.HOURS.toNanos(1), this);
            connection = made;
            made.start("origin");
            FramePeer peer = origin().connection();
            acquire(readiness, "a connection that takes streams");
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    UpstreamConnection connection() {
        return present(connection);
    }

    /** Waits until a stream was told to be free. */
    void awaitFreed() {
        acquire(freed, "a free stream");
    }

    private static void acquire(Semaphore semaphore, String what) {
        try {
            if (!semaphore.tryAcquire(FramePeer.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("waited too long for " + what);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

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

    // ---- attempts ----

    /** What the observers of attempts were told, in its order. */
    List<String> told() {
        return told;
    }

    /** An observer whose words begin with this name. */
    AttemptObserver observer(String name) {
        return new AttemptObserver() {
            @Override
            public void started() {
                told.add(name + " started");
            }

            @Override
            public void responded(int status, int grpcStatus) {
                told.add(name + " responded " + status);
            }

            @Override
            public void ended(@Nullable Cause cause, int grpcStatus) {
                told.add(name + " ended " + cause + (grpcStatus == Exchange.NONE ? "" : " " + grpcStatus));
            }
        };
    }

    // ---- copying ----

    /** Sends the exchange over the connection in blocking style. */
    void forward(Exchange exchange) {
        exchange.attemptObserver(observer("attempt"));
        exchange.downstream().offload(() -> {
            RequestHalf down = exchange.downstream().half();
            Half up = connection().openHalf(exchange);
            if (up == null) {
                throw new GatewayException(Cause.TOO_MANY_STREAMS, "no stream is free");
            }
            down.running(up);
            try {
                copy(exchange, down, up);
            } catch (GatewayException e) {
                up.abort(e.reason());
                throw e;
            }
        });
    }

    private static void copy(Exchange exchange, RequestHalf down, Half up) {
        byte[] first = new byte[COPY_BYTES];
        int count = down.received() ? down.read(first, 0, first.length) : 0;
        boolean headAlone = count < 0 && down.trailers() == null;
        up.send(exchange.request(), headAlone);
        if (count > 0) {
            up.write(first, 0, count);
        }
        up.flush();
        if (!headAlone) {
            Thread.startVirtualThread(() -> upload(down, up));
        }
        Head head = up.receive();
        while (head.status() < 200) {
            exchange.responded(head);
            down.send(head, false);
            down.flush();
            head = up.receive();
        }
        exchange.responded(head);
        down.release();
        down.send(head, false);
        down.flush();
        body(up, down);
        down.end(up.trailers());
    }

    private static void upload(RequestHalf down, Half up) {
        try {
            body(down, up);
            up.end(down.trailers());
        } catch (GatewayException e) {
            up.abort(e.reason());
        }
    }

    private static void body(Half from, Half to) {
        byte[] buffer = new byte[COPY_BYTES];
        while (true) {
            int count = from.read(buffer, 0, buffer.length);
            if (count < 0) {
                return;
            }
            to.write(buffer, 0, count);
            to.flush();
        }
    }

    // ---- UpstreamConnection.Observer ----

    @Override
    public void ready(UpstreamConnection ready) {
        readiness.release();
    }

    @Override
    public void slotFreed(UpstreamConnection with) {
        freed.release();
    }

    @Override
    public void retired(UpstreamConnection retired) {}

    @Override
    public void ended(UpstreamConnection over, UpstreamEnding how, String detail) {}
}
