// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What one accept loop of Helidon does, seen through the options that it asks for each channel: keeps the channels, knows its thread, and
 * when somebody connected last.
 */
final class AcceptLoop implements SocketOptions {
    private static final Duration QUIET = Duration.ofMillis(2);
    private static final Duration QUIET_WITHIN = Duration.ofMillis(500);
    private static final Duration LAST_ROUND = Duration.ofMillis(200);

    private final AcceptedSockets sockets;

    private volatile @Nullable Thread acceptor;
    private volatile long lastNanos = System.nanoTime() - QUIET.toNanos();

    AcceptLoop(AcceptedSockets sockets) {
        this.sockets = sockets;
    }

    /** On Helidon's accepting thread, which an exception would not end. */
    @Override
    public void configureSocket(SocketChannel channel) {
        acceptor = Thread.currentThread();
        lastNanos = System.nanoTime();
        try {
            // without it, every small frame waits for the delayed acknowledgement of the one before: 40 ms
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            sockets.add(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it is gone already
        }
    }

    /**
     * Waits for a moment in which nobody connects, but not for long: the kernel resets those who wait to be accepted when the address is
     * closed.
     */
    void awaitQuiet() {
        long giveUp = System.nanoTime() + QUIET_WITHIN.toNanos();
        long now = System.nanoTime();
        while (now - lastNanos < QUIET.toNanos() && now - giveUp < 0) {
            LockSupport.parkNanos(this, QUIET.toNanos() / 4);
            now = System.nanoTime();
        }
    }

    /**
     * Waits until the accept loop, whose channel is closed, has handed out what it accepted last. Helidon interrupts it next, and an
     * interrupt in accept() loses a connection that is already open: neither served nor closed.
     */
    void awaitLast() {
        Thread last = acceptor;
        try {
            if (last != null && last != Thread.currentThread()) {
                // longer only when it waits for a free place, where an interrupt does no harm
                last.join(LAST_ROUND);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Map<SocketOption<?>, Object> socketOptions() {
        return Map.of();
    }

    @Override
    public Duration connectTimeout() {
        return Duration.ofSeconds(10);
    }

    @Override
    public Duration readTimeout() {
        return Duration.ZERO;
    }

    @Override
    public Optional<Integer> socketReceiveBufferSize() {
        return Optional.empty();
    }

    @Override
    public Optional<Integer> socketSendBufferSize() {
        return Optional.empty();
    }

    @Override
    public boolean socketReuseAddress() {
        return true;
    }

    @Override
    public boolean socketKeepAlive() {
        return true;
    }

    @Override
    public boolean tcpNoDelay() {
        return true;
    }
}
