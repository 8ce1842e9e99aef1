// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.ConnectionContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the channels that Helidon accepts, until their connections are handed out: Helidon shows each channel once, to have its options
 * set, and afterwards only a socket of its own that copies every byte, cannot be half-closed and hides what comes before TLS.
 *
 * <p>Bound: as many as Helidon has accepted and not handed out, which is as many as it may have open; those that it gave up are forgotten
 * by {@link #upkeep}.
 */
final class AcceptedSockets implements SocketOptions {
    private static final Duration QUIET = Duration.ofMillis(2);
    private static final Duration QUIET_WITHIN = Duration.ofMillis(500);
    private static final Duration LAST_ROUND = Duration.ofMillis(200);

    private final Map<Ends, SocketChannel> waiting = new ConcurrentHashMap<>();

    private volatile @Nullable Thread acceptor;
    private volatile long lastNanos = System.nanoTime() - QUIET.toNanos();

    private record Ends(SocketAddress local, SocketAddress remote) {}

    /** On Helidon's accepting thread, which an exception would not end. */
    @Override
    public void configureSocket(SocketChannel channel) {
        acceptor = Thread.currentThread();
        lastNanos = System.nanoTime();
        try {
            // without it, every small frame waits for the delayed acknowledgement of the one before: 40 ms
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            waiting.put(new Ends(channel.getLocalAddress(), channel.getRemoteAddress()), channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it is gone already
        }
    }

    /** The channel of a connection that Helidon hands out; null when it is gone. */
    @Nullable
    SocketChannel take(ConnectionContext context) {
        return waiting.remove(
                new Ends(context.localPeer().address(), context.remotePeer().address()));
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

    /** Whether every channel was handed out, or forgotten. */
    boolean none() {
        return waiting.isEmpty();
    }

    /** Forgets what Helidon closed before it handed it out. */
    void upkeep() {
        waiting.values().removeIf(channel -> !channel.isOpen());
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
