// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.config.listener.Http1Config;
import io.penstock.gateway.config.listener.Http2Config;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.listener.ListenerProtocol;
import io.penstock.gateway.config.listener.PathPolicyConfig;
import io.penstock.gateway.config.listener.PathPolicyConfig.Treatment;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.time.HttpDate;
import io.penstock.gateway.filter.PathPolicy;
import io.penstock.gateway.http1.message.FieldCache;
import io.penstock.gateway.wire.ChannelWire;
import io.penstock.gateway.wire.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Serves HTTP/1.1 connections on a real port with a handler of the test. */
final class Http1Server implements AutoCloseable {
    static final Http1Config LIMITS = new Http1Config(
            4096,
            32,
            1024,
            64,
            256,
            Optional.empty(),
            Optional.empty(),
            16 * 1024,
            Http1Config.AbsoluteForm.REFUSE,
            false);

    private static final PathPolicyConfig PATHS = new PathPolicyConfig(
            Treatment.NORMALISE,
            Treatment.PASS,
            Treatment.PASS,
            Treatment.REJECT,
            Treatment.REJECT,
            PathPolicyConfig.NonAscii.REJECT);

    private final ServerSocketChannel server;
    private final ListenerConfig config;
    private final ExchangeHandler handler;
    private final @Nullable EventLoop loop;
    private final int sendBufferBytes;
    private final BlockingQueue<Exchange> ended = new LinkedBlockingQueue<>();
    private final BlockingQueue<Http1Connection> open = new LinkedBlockingQueue<>();
    private final BlockingQueue<Http1Connection> closed = new LinkedBlockingQueue<>();

    Http1Server(ExchangeHandler handler) {
        this(LIMITS, handler);
    }

    Http1Server(Http1Config limits, ExchangeHandler handler) {
        this(limits, Duration.ofMillis(300), handler);
    }

    Http1Server(Http1Config limits, Duration bodyTimeout, ExchangeHandler handler) {
        this(limits, bodyTimeout, handler, null, 0);
    }

    private Http1Server(
            Http1Config limits,
            Duration bodyTimeout,
            ExchangeHandler handler,
            @Nullable EventLoop loop,
            int sendBufferBytes) {
        this.handler = handler;
        this.loop = loop;
        this.sendBufferBytes = sendBufferBytes;
        this.config = listener(limits, bodyTimeout);
        try {
            server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** Its connections wait on this loop, and the kernel takes little of what they send. */
    static Http1Server onLoop(EventLoop loop, int sendBufferBytes, ExchangeHandler handler) {
        return new Http1Server(LIMITS, Duration.ofMillis(300), handler, loop, sendBufferBytes);
    }

    private static ListenerConfig listener(Http1Config limits, Duration bodyTimeout) {
        Http2Config http2 = new Http2Config(
                128,
                16_384,
                8,
                4096,
                262_144,
                4_194_304,
                Duration.ofSeconds(10),
                200,
                5000,
                100,
                100,
                200,
                100,
                Duration.ofMinutes(2));
        return new ListenerConfig(
                "main",
                "127.0.0.1",
                0,
                Optional.empty(),
                List.of(ListenerProtocol.values()),
                List.of(),
                PATHS,
                1024,
                false,
                100,
                Duration.ofSeconds(10),
                Duration.ofMillis(300),
                bodyTimeout,
                Duration.ofSeconds(1),
                Duration.ofMillis(500),
                limits,
                http2);
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = server.accept();
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                if (sendBufferBytes > 0) {
                    channel.setOption(StandardSocketOptions.SO_SNDBUF, sendBufferBytes);
                }
                Thread.ofVirtual().start(() -> serve(channel));
            }
        } catch (IOException e) {
            // the test has ended
        }
    }

    private void serve(SocketChannel channel) {
        int port = channel.socket().getPort();
        PathPolicy paths = PathPolicy.of(config);
        HttpDate date = new HttpDate(InstantSource.fixed(Instant.EPOCH));
        Http1Connection connection = new Http1Connection(
                ChannelWire.of(channel),
                new Http1Settings(config, handler, ended::add, new FieldCache(), date, () -> paths, 64 * 1024),
                new Peer("main", "127.0.0.1", port, false, true),
                loop);
        open.add(connection);
        connection.serve();
        closed.add(connection);
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next exchange that has ended. */
    Exchange ended() throws InterruptedException {
        Exchange exchange = ended.poll(5, java.util.concurrent.TimeUnit.SECONDS);
        if (exchange == null) {
            throw new AssertionError("no exchange has ended");
        }
        return exchange;
    }

    /** How many exchanges have ended and were not taken. */
    int endedCount() {
        return ended.size();
    }

    /** The next connection that was opened. */
    Http1Connection opened() throws InterruptedException {
        return open.take();
    }

    /** The next connection that has ended. */
    Http1Connection closed() throws InterruptedException {
        Http1Connection connection = closed.poll(5, java.util.concurrent.TimeUnit.SECONDS);
        if (connection == null) {
            throw new AssertionError("no connection has ended");
        }
        return connection;
    }

    Http1Client client() {
        return client(0);
    }

    /** A client whose kernel keeps little of what it has not read. */
    Http1Client client(int receiveBufferBytes) {
        try {
            return new Http1Client(((InetSocketAddress) server.getLocalAddress()).getPort(), receiveBufferBytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.forEach(Http1Connection::abort);
    }
}
