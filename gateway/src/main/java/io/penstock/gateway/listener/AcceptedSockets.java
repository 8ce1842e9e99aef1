// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.helidon.webserver.ConnectionContext;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the channels that Helidon accepts, until their connections are handed out: Helidon shows each channel once, to have its options
 * set, and afterwards only a socket of its own that copies every byte, cannot be half-closed and hides what comes before TLS.
 *
 * <p>Bound: as many as Helidon has accepted and not handed out, which is as many as it may have open; those that it gave up are forgotten
 * by {@link #upkeep}.
 */
final class AcceptedSockets {
    private final Map<Ends, SocketChannel> waiting = new ConcurrentHashMap<>();

    private record Ends(SocketAddress local, SocketAddress remote) {}

    void add(SocketChannel channel) throws IOException {
        waiting.put(new Ends(channel.getLocalAddress(), channel.getRemoteAddress()), channel);
    }

    /** The channel of a connection that Helidon hands out; null when it is gone. */
    @Nullable
    SocketChannel take(ConnectionContext context) {
        return waiting.remove(
                new Ends(context.localPeer().address(), context.remotePeer().address()));
    }

    /** Whether every channel was handed out, or forgotten. */
    boolean none() {
        return waiting.isEmpty();
    }

    /** Forgets what Helidon closed before it handed it out. */
    void upkeep() {
        waiting.values().removeIf(channel -> !channel.isOpen());
    }
}
