// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import com.sun.management.UnixOperatingSystemMXBean;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.resumable.Resumable;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.penstock.gateway.wire.ListenAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One address on which Helidon accepts for a listener, which gets every connection.
 *
 * <p>Helidon's accept loop ends for good when the process runs out of descriptors, and nothing that Helidon shows tells of it. So
 * {@link #deaf} tries to take the address once a second, which only a dead loop allows.
 */
final class BoundAddress {
    /** Free descriptors that a new server is worth: with fewer its accept loop would end as the last one did. */
    private static final int REVIVAL_ROOM = 16;

    private static final long PROBE_NANOS = 1_000_000_000L;

    private final Listener listener;
    private final AcceptLoop loop;
    private final int backlog;
    private final int maxConnections;
    private final ReentrantLock closing = new ReentrantLock();
    private volatile InetSocketAddress address;
    private volatile @Nullable WebServer server;
    private volatile boolean closed;
    private volatile boolean lastAccepted;
    private volatile boolean endedByItself;
    private volatile long lastProbeNanos;

    /** Binds nothing before {@link #open}. */
    BoundAddress(Listener listener, InetSocketAddress address, int backlog, int maxConnections) {
        this.backlog = backlog;
        this.listener = listener;
        this.loop = new AcceptLoop(listener.sockets());
        this.address = address;
        this.maxConnections = maxConnections;
    }

    /**
     * Begins to accept.
     *
     * @param beside addresses of this process that may meet this one
     * @throws IOException it is somebody else's
     */
    void open(Collection<InetSocketAddress> beside) throws IOException {
        ListenAddress.check(address, beside); // Helidon logs a port that is taken, and returns as if it had started
        try {
            WebServer started = WebServer.builder()
                    .address(address.getAddress())
                    .port(address.getPort())
                    .backlog(backlog)
                    .shutdownHook(false)
                    .protocolsDiscoverServices(false)
                    .useNio(false) // its sockets are not used, and have half the buffers of the others
                    .listenerSocketOptions(ListenAddress.options())
                    .connectionOptions(loop)
                    .maxTcpConnections(maxConnections)
                    .idleConnectionTimeout(
                            Duration.ofDays(365)) // ours is Listener.upkeep(): Helidon's would end quiet streams
                    .idleConnectionPeriod(Duration.ofDays(1))
                    .shutdownGracePeriod(
                            Duration.ofDays(365)) // ours is Listener.abort(): a dead loop must not end connections
                    .addConnectionSelector(new Selector())
                    .build()
                    .start();
            if (!started.isRunning()) {
                throw new IOException("the address could not be bound");
            }
            address = new InetSocketAddress(address.getAddress(), started.port());
            server = started;
            lastProbeNanos = System.nanoTime();
        } catch (UncheckedIOException | IllegalStateException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private final class Selector implements ServerConnectionSelector {
        @Override
        public int bytesToIdentifyConnection() {
            return 0;
        }

        @Override
        public Support supports(BufferData data) {
            return Support.SUPPORTED;
        }

        @Override
        public Set<String> supportedApplicationProtocols() {
            return Set.of();
        }

        @Override
        public ServerConnection connection(ConnectionContext context) {
            return new Accepted(listener, BoundAddress.this, context);
        }
    }

    /** With the port that is bound. */
    InetSocketAddress address() {
        return address;
    }

    /**
     * Takes no new connections, and returns when the address is free, which takes no longer than the accept loop's last round; those that
     * are open are served on, and so are those that were accepted and have not said anything yet.
     */
    void close() {
        closing.lock();
        try {
            WebServer current = server;
            if (closed || current == null) {
                return;
            }
            loop.awaitQuiet();
            closed = true;
            // meant for checkpoints, it only ends the accept loop; stop() would turn away who was accepted last,
            // and then wait for every connection
            ((Resumable) current).suspend();
        } finally {
            closing.unlock();
        }
    }

    /** Helidon wants a connection closed, and has closed its own channel. Unless we have told it to, its accept loop has ended. */
    void stoppedByHelidon() {
        if (!closed) {
            endedByItself = true;
        } else if (!lastAccepted) {
            lastAccepted = true;
            loop.awaitLast();
        }
    }

    /** Whether the accept loop has ended, and another one might not; asks at most once a second. */
    boolean deaf(long now, Collection<InetSocketAddress> beside) {
        if (server == null || closed || !(endedByItself || now - lastProbeNanos > PROBE_NANOS)) {
            return false;
        }
        lastProbeNanos = now;
        endedByItself = false;
        return ListenAddress.free(address, beside)
                && (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)
                        || unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount() > REVIVAL_ROOM);
    }
}
