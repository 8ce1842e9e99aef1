// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import com.sun.management.UnixOperatingSystemMXBean;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.resumable.Resumable;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.exchange.DownstreamEnding;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.filter.PathPolicy;
import io.penstock.gateway.wire.EventLoops;
import io.penstock.gateway.wire.TlsFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One bound address. Helidon accepts, and our only connection selector takes every connection; what comes before its codec, the PROXY
 * header and TLS, is ours ({@link Accepted}).
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
     * @param loops on which connections wait that need no thread
     */
    public record Settings(int maxConnections, List<Cidr> trusted, int replayBytes, EventLoops loops) {
        public Settings {
            trusted = List.copyOf(trusted);
        }
    }

    /** What connections that are accepted from now on follow, and the paths and trust of open ones; replaced as a whole. */
    private record Terms(
            ListenerConfig config,
            Settings settings,
            Peers peers,
            Codecs codecs,
            PathPolicy paths,
            @Nullable ServerTls tls) {
        boolean boundByDescriptors() {
            return settings.maxConnections() < config.maxConnections();
        }

        int maxConnections() {
            return Math.min(config.maxConnections(), settings.maxConnections());
        }
    }

    private final ExchangeHandler handler;
    private final ExchangeObserver observer;
    private final AcceptedSockets sockets = new AcceptedSockets();
    private final ListenerCounts counts = new ListenerCounts();
    private final EndingLog endings = new EndingLog(LOG);
    private final Set<Accepted> connections = ConcurrentHashMap.newKeySet();
    private volatile Terms terms;
    private volatile boolean stopped;
    private volatile boolean lastAccepted;
    private volatile @Nullable WebServer server;
    private volatile int port;
    private volatile boolean draining;
    private volatile long drainStartedNanos;
    private volatile boolean aborted;
    private volatile long lastRefusalLogNanos = System.nanoTime() - PROBE_NANOS;
    private volatile long lastProbeNanos;
    private volatile boolean stoppedByItself;

    /** Prepares a listener; nothing is bound or read before {@link #start}. */
    public Listener(ListenerConfig config, Settings settings, ExchangeHandler handler, ExchangeObserver observer) {
        this.handler = handler;
        this.observer = observer;
        this.port = config.port();
        this.terms = terms(config, settings, null);
    }

    private Terms terms(ListenerConfig config, Settings settings) {
        return terms(config, settings, tls(config));
    }

    private Terms terms(ListenerConfig config, Settings settings, @Nullable ServerTls tls) {
        return new Terms(
                config,
                settings,
                new Peers(config, () -> terms.settings().trusted()),
                new Codecs(config, handler, observer, () -> terms.paths(), settings),
                new PathPolicy(config.paths()),
                tls);
    }

    private ListenerConfig config() {
        return terms.config();
    }

    /** Whether this listener is the one that the configuration means: the same address and port; of the same name when any port will do. */
    public boolean serves(ListenerConfig wanted) {
        return config().sameAddress(wanted);
    }

    /**
     * Checks a changed configuration of this listener and reads its certificate.
     *
     * @return puts it in force, and cannot fail: connections that are accepted from then on follow it
     * @throws ListenException the certificate cannot be read
     */
    public Runnable prepare(ListenerConfig wanted, Settings with) {
        Terms next = terms(wanted, with);
        return () -> terms = next;
    }

    /**
     * Takes no new connections, and returns when the address is free, which takes no longer than the accept loop's last round; those that
     * are open are served on, and so are those that were accepted and have not said anything yet.
     */
    public void retire() {
        WebServer current = server;
        if (stopped || current == null) {
            return;
        }
        sockets.awaitQuiet();
        stopped = true;
        // meant for checkpoints, it only ends the accept loop; stop() would turn away who was accepted last,
        // and then wait for every connection
        ((Resumable) current).suspend();
    }

    /**
     * Binds the address.
     *
     * @throws ListenException it is taken, or not ours; or the certificate cannot be read
     */
    public void start() {
        ListenerConfig config = config();
        if (terms.tls() == null) {
            terms = terms(config, terms.settings());
        }
        WebServerConfig.Builder builder = WebServer.builder()
                .host(config.address())
                .port(port)
                .backlog(config.backlog())
                .shutdownHook(false)
                .protocolsDiscoverServices(false)
                .useNio(false) // its sockets are not used, and have half the buffers of the others
                .connectionOptions(sockets)
                .maxTcpConnections(terms.settings().maxConnections() + REFUSAL_ROOM)
                .idleConnectionTimeout(Duration.ofDays(365)) // ours is upkeep(): Helidon's would end quiet streams
                .idleConnectionPeriod(Duration.ofDays(1))
                .shutdownGracePeriod(
                        Duration.ofDays(365)) // ours is abort(): a dead accept loop must not end connections
                .addConnectionSelector(new Selector());
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
            probe.bind(new InetSocketAddress(InetAddress.getAllByName(config().address())[0], port));
        }
    }

    private static @Nullable ServerTls tls(ListenerConfig config) {
        try {
            return config.tls().isPresent() ? ServerTls.of(config.tls().get(), config.protocols()) : null;
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
            return Set.of();
        }

        @Override
        public ServerConnection connection(ConnectionContext context) {
            return new Accepted(Listener.this, context);
        }
    }

    // ---- for accepted connections ----

    /** Takes a connection in; false when it is one too many, or all are being closed. */
    boolean admit(Accepted accepted, Peer peer) {
        if (counts.open.incrementAndGet() > terms.maxConnections() || aborted) {
            counts.open.decrementAndGet();
            refuse(peer);
            return false;
        }
        counts.accepted.increment();
        connections.add(accepted);
        return true;
    }

    void ended(Accepted accepted, DownstreamEnding how) {
        connections.remove(accepted);
        counts.open.decrementAndGet();
        counts.ended(how);
    }

    void speaks(boolean http1) {
        (http1 ? counts.http1 : counts.http2).increment();
    }

    void failed(TlsFailure handshake) {
        counts.tlsFailures.add(handshake);
    }

    AcceptedSockets sockets() {
        return sockets;
    }

    Codecs codecs() {
        return terms.codecs();
    }

    @Nullable
    ServerTls tls() {
        return terms.tls();
    }

    long handshakeNanos() {
        return config().handshakeTimeout().toNanos();
    }

    boolean draining() {
        return draining;
    }

    /** Since when; meaningful while {@link #draining}. */
    long drainStartedNanos() {
        return drainStartedNanos;
    }

    /** Helidon wants a connection closed, and has closed its own channel. Unless we have told it to, its accept loop has ended. */
    void stoppedByHelidon() {
        if (!stopped) {
            stoppedByItself = true;
        } else if (!lastAccepted) {
            lastAccepted = true;
            sockets.awaitLast();
        }
    }

    Peers peers() {
        return terms.peers();
    }

    /** At most one line a second: a flood of newcomers must not become a flood of lines. */
    private void refuse(Peer peer) {
        counts.refused.increment();
        long now = System.nanoTime();
        if (!aborted && now - lastRefusalLogNanos > 1_000_000_000L) {
            lastRefusalLogNanos = now;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "listener {0}: refused {1}: {2} connections are open, {3} ({4} refused so far)",
                    config().name(),
                    peer,
                    terms.maxConnections(),
                    terms.boundByDescriptors()
                            ? "its share of the descriptors that the process may have (ulimit -n), below max-connections"
                            : "its max-connections",
                    counts.refused.sum());
        }
    }

    void log(Peer peer, DownstreamEnding how, String detail) {
        endings.ended(config().name(), peer, how, detail, System.nanoTime());
    }

    // ---- from outside ----

    /** Looks at the clock; called a few times a second. */
    public void upkeep(long now) {
        for (Accepted connection : connections) {
            connection.upkeep(now);
        }
        sockets.upkeep();
        endings.upkeep(config().name(), now);
        if (server != null && !stopped && (stoppedByItself || now - lastProbeNanos > PROBE_NANOS)) {
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
        LOG.log(System.Logger.Level.ERROR, "listener {0}: the accept loop has ended, binding again", config().name());
        counts.restarts.increment();
        try {
            start();
        } catch (ListenException e) {
            LOG.log(System.Logger.Level.ERROR, "listener {0}: {1}", config().name(), e.getMessage());
        }
    }

    /**
     * Takes no new connections, and then tells every peer to send no more on those it has: who is told to go away and comes back finds
     * nobody, not somebody who hangs up.
     */
    public void drain() {
        retire();
        drainStartedNanos = System.nanoTime();
        draining = true;
        connections.forEach(Accepted::drain);
    }

    /** Ends every exchange that is in flight, telling its caller why. */
    public void endExchanges() {
        connections.forEach(Accepted::endExchanges);
    }

    /** Closes every connection at once. */
    public void abort() {
        aborted = true;
        connections.forEach(Accepted::abort);
    }

    public String name() {
        return config().name();
    }

    /** The bound port. */
    public int port() {
        return port;
    }

    public int openConnections() {
        return counts.open.get();
    }

    /** Whether nobody is connected, nor about to be served. */
    public boolean empty() {
        return sockets.none() && counts.open.get() == 0;
    }

    /** Exchanges in flight on all connections. */
    public int openStreams() {
        int streams = 0;
        for (Accepted connection : connections) {
            streams += connection.openStreams();
        }
        return streams;
    }

    public long accepted() {
        return counts.accepted.sum();
    }

    /** Connections closed at once because too many were open. */
    public long refused() {
        return counts.refused.sum();
    }

    /** How often the address had to be bound again. */
    public long restarts() {
        return counts.restarts.sum();
    }

    /** Connections that spoke HTTP/1.1 or 1.0. */
    public long http1() {
        return counts.http1.sum();
    }

    /** Connections that spoke HTTP/2. */
    public long http2() {
        return counts.http2.sum();
    }

    /** TLS handshakes that failed, by who ended them and with which alert. */
    public Map<TlsFailure.Reason, Long> tlsFailures() {
        return counts.tlsFailures.counts();
    }

    /** Ended connections so far, by why they ended. */
    public long ended(DownstreamEnding how) {
        return counts.endings(how);
    }
}
