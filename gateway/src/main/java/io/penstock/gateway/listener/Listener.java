// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import com.sun.management.UnixOperatingSystemMXBean;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.tls.Tls;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.penstock.gateway.config.Cidr;
import io.penstock.gateway.config.ListenerConfig;
import io.penstock.gateway.config.TlsConfig;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.http2.DownstreamConnection;
import io.penstock.gateway.http2.DownstreamEnding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One bound address. Helidon accepts, and does TLS and ALPN; our only connection selector takes every connection.
 *
 * <p>Bound: {@code maxConnections} connections; a further one is closed at once, counted and logged. Helidon's accept loop ends for
 * good when the process runs out of descriptors, and nothing that Helidon shows tells of it. So {@link #upkeep} tries to take the
 * address once a second, which only a dead loop allows, and then starts another server; connections that are open go on.
 */
public final class Listener {
    private static final System.Logger LOG = System.getLogger(Listener.class.getName());
    /** Connections that Helidon may hand us beyond our own limit, so that we can refuse them and say so. */
    private static final int REFUSAL_ROOM = 64;
    /** Free descriptors that a new server is worth: with fewer its accept loop would end as the last one did. */
    private static final int REVIVAL_ROOM = 16;

    private static final long PROBE_NANOS = 1_000_000_000L;

    /**
     * What a listener gets beside its own configuration.
     *
     * @param maxConnections what the process's descriptors allow; the configured limit may be lower
     * @param trusted networks whose callers are trusted
     * @param replayBytes request bytes that each exchange keeps for a second attempt
     */
    public record Settings(int maxConnections, List<Cidr> trusted, int replayBytes) {
        public Settings {
            trusted = List.copyOf(trusted);
        }
    }

    private volatile ListenerConfig config;
    private volatile Settings settings;
    private final ExchangeHandler handler;
    private final ExchangeObserver observer;
    private volatile @Nullable ServerTls tls;
    private final Set<DownstreamConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder restarts = new LongAdder();
    private final LongAdder[] endings = new LongAdder[DownstreamEnding.values().length];
    private volatile @Nullable WebServer server;
    private volatile int port;
    private volatile boolean draining;
    private volatile boolean retired;
    private volatile long lastRefusalLogNanos = System.nanoTime() - PROBE_NANOS;
    private volatile long lastProbeNanos;
    private volatile boolean stoppedByItself;

    /** Prepares a listener; nothing is bound before {@link #start}. */
    public Listener(ListenerConfig config, Settings settings, ExchangeHandler handler, ExchangeObserver observer) {
        this.config = config;
        this.settings = settings;
        this.handler = handler;
        this.observer = observer;
        this.port = config.port();
        Arrays.setAll(endings, index -> new LongAdder());
    }

    private int maxConnections() {
        return Math.min(config.maxConnections(), settings.maxConnections());
    }

    /** Whether this listener is the one that the configuration means: the same address and port; of the same name when any port will do. */
    public boolean serves(ListenerConfig wanted) {
        return config.address().equals(wanted.address())
                && config.port() == wanted.port()
                && (wanted.port() != 0 || config.name().equals(wanted.name()));
    }

    /**
     * Checks a changed configuration of this listener and reads its certificate.
     *
     * @return puts it in force, and cannot fail: connections that are accepted from then on follow it
     * @throws ListenException the certificate cannot be read, or TLS would be switched on or off
     */
    public Runnable prepare(ListenerConfig wanted, Settings with) {
        ServerTls running = tls;
        if ((running != null) != wanted.tls().isPresent()) {
            throw ListenException.ofTls(
                    wanted,
                    new IOException("TLS cannot be switched on or off while the port is bound, expected another"
                            + " port or a restart"));
        }
        Runnable keys = running == null ? () -> {} : prepare(running, wanted);
        return () -> {
            keys.run();
            config = wanted;
            settings = with;
        };
    }

    private static Runnable prepare(ServerTls running, ListenerConfig wanted) {
        try {
            return running.prepare(wanted.tls().orElseThrow());
        } catch (IOException | GeneralSecurityException e) {
            throw ListenException.ofTls(wanted, e);
        }
    }

    /** Takes no new connections; those that are open are served on. Returns at once. */
    public void retire() {
        retired = true;
        WebServer current = server;
        if (current != null) {
            Thread.ofPlatform().daemon().name("stop " + config.name()).start(current::stop);
        }
    }

    /**
     * Binds the address.
     *
     * @throws ListenException it is taken, or not ours; or the certificate cannot be read
     */
    public void start() {
        WebServerConfig.Builder builder = WebServer.builder()
                .host(config.address())
                .port(port)
                .shutdownHook(false)
                .protocolsDiscoverServices(false)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .maxTcpConnections(settings.maxConnections() + REFUSAL_ROOM)
                .idleConnectionTimeout(Duration.ofDays(365)) // ours is upkeep(): Helidon's would end quiet streams
                .idleConnectionPeriod(Duration.ofDays(1))
                .shutdownGracePeriod(
                        Duration.ofDays(365)) // ours is abort(): a dead accept loop must not end connections
                .addConnectionSelector(new Selector());
        config.tls().ifPresent(wanted -> builder.tls(tls(wanted)));
        try {
            takeAddress(); // Helidon logs a port that is taken, and returns as if it had started
            WebServer started = builder.build().start();
            if (!started.isRunning()) {
                throw new IOException("the address could not be bound");
            }
            server = started;
            port = started.port();
            lastProbeNanos = System.nanoTime();
        } catch (IOException | UncheckedIOException | IllegalStateException e) {
            throw ListenException.ofAddress(config, e);
        }
    }

    /** Binds the address and lets it go again. */
    private void takeAddress() throws IOException {
        try (ServerSocketChannel probe = ServerSocketChannel.open()) {
            probe.bind(new InetSocketAddress(InetAddress.getAllByName(config.address())[0], port));
        }
    }

    private Tls tls(TlsConfig wanted) {
        try {
            ServerTls made = new ServerTls(wanted);
            tls = made;
            return made.tls();
        } catch (IOException | GeneralSecurityException e) {
            throw ListenException.ofTls(config, e);
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
            return Set.of("h2");
        }

        @Override
        public ServerConnection connection(ConnectionContext context) {
            return new Served(context);
        }
    }

    /** One accepted connection, in the shape that Helidon wants. */
    private final class Served implements ServerConnection {
        private final ConnectionContext context;
        private volatile @Nullable DownstreamConnection connection;

        Served(ConnectionContext context) {
            this.context = context;
        }

        @Override
        public void handle(io.helidon.common.concurrency.limits.Limit limit) {
            Peer peer = peer(context.remotePeer());
            if (open.incrementAndGet() > maxConnections() || draining) {
                open.decrementAndGet();
                refuse(peer);
                return;
            }
            accepted.increment();
            DownstreamConnection served = new DownstreamConnection(
                    new HelidonWire(context.serverSocket()), config, peer, handler, observer, settings.replayBytes());
            connection = served;
            connections.add(served);
            try {
                served.serve();
            } finally {
                connections.remove(served);
                open.decrementAndGet();
                endings[served.ending().ordinal()].increment();
                log(served);
                Thread.interrupted(); // abort() may have interrupted us; Helidon still closes the socket on this thread
            }
        }

        @Override
        public Duration idleTime() {
            return Duration.ZERO;
        }

        @Override
        public void close(boolean interrupt) {
            if (retired && !draining) {
                return; // the listener is gone, its connections are not
            }
            if (!draining) {
                stoppedByItself = true;
                return;
            }
            DownstreamConnection served = connection;
            if (served != null) {
                if (interrupt) {
                    served.abort();
                } else {
                    served.drain();
                }
            }
        }
    }

    private Peer peer(PeerInfo info) {
        if (info.address() instanceof InetSocketAddress address && address.getAddress() != null) {
            boolean known = settings.trusted().stream().anyMatch(network -> network.contains(address.getAddress()));
            return new Peer(
                    config.name(),
                    address.getAddress().getHostAddress(),
                    address.getPort(),
                    config.tls().isPresent(),
                    known);
        }
        return new Peer(config.name(), "unknown", 0, config.tls().isPresent(), false);
    }

    /** At most one line a second: a flood of newcomers must not become a flood of lines. */
    private void refuse(Peer peer) {
        refused.increment();
        long now = System.nanoTime();
        if (!draining && now - lastRefusalLogNanos > 1_000_000_000L) {
            lastRefusalLogNanos = now;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "listener {0}: refused {1}: {2} connections are open ({3} refused so far)",
                    config.name(),
                    peer,
                    maxConnections(),
                    refused.sum());
        }
    }

    private void log(DownstreamConnection ended) {
        LOG.log(
                ended.ending().blamed() ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
                "listener {0}: connection of {1} ended: {2}: {3}",
                config.name(),
                ended.peer(),
                ended.ending().slug(),
                ended.detail());
    }

    /** Looks at the clock; called a few times a second. */
    public void upkeep(long now) {
        for (DownstreamConnection connection : connections) {
            connection.upkeep(now);
        }
        if (server != null && !draining && !retired && (stoppedByItself || now - lastProbeNanos > PROBE_NANOS)) {
            lastProbeNanos = now;
            stoppedByItself = false;
            if (deaf()) {
                revive();
            }
        }
    }

    private boolean deaf() {
        try {
            takeAddress();
        } catch (IOException e) {
            return false; // taken, as it should be; or no descriptor for the attempt, so there is none for a server
        }
        return !(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)
                || unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount() > REVIVAL_ROOM;
    }

    private void revive() {
        LOG.log(System.Logger.Level.ERROR, "listener {0}: the accept loop has ended, binding again", config.name());
        restarts.increment();
        try {
            start();
        } catch (ListenException e) {
            LOG.log(System.Logger.Level.ERROR, "listener {0}: {1}", config.name(), e.getMessage());
        }
    }

    /** Takes no new connections, and tells every peer to open no more streams. Returns at once. */
    public void drain() {
        draining = true;
        connections.forEach(DownstreamConnection::drain);
        WebServer current = server;
        if (current != null) {
            // stop() waits for the connections to end
            Thread.ofPlatform().daemon().name("stop " + config.name()).start(current::stop);
        }
    }

    /** Ends every exchange that is in flight, telling its caller why. */
    public void endExchanges() {
        connections.forEach(DownstreamConnection::endExchanges);
    }

    /** Closes every connection at once. */
    public void abort() {
        connections.forEach(DownstreamConnection::abort);
    }

    public String name() {
        return config.name();
    }

    /** The bound port. */
    public int port() {
        return port;
    }

    public int openConnections() {
        return open.get();
    }

    /** Exchanges in flight on all connections. */
    public int openStreams() {
        int streams = 0;
        for (DownstreamConnection connection : connections) {
            streams += connection.openStreams();
        }
        return streams;
    }

    public long accepted() {
        return accepted.sum();
    }

    /** Connections closed at once because too many were open. */
    public long refused() {
        return refused.sum();
    }

    /** How often the address had to be bound again. */
    public long restarts() {
        return restarts.sum();
    }

    /** Ended connections so far, by why they ended. */
    public long ended(DownstreamEnding how) {
        return endings[how.ordinal()].sum();
    }
}
