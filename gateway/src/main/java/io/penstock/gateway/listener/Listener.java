// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.filter.PathPolicy;
import io.penstock.gateway.wire.Change;
import io.penstock.gateway.wire.EventLoops;
import io.penstock.gateway.wire.ListenAddress;
import io.penstock.gateway.wire.TlsFailure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One listener of the configuration. Helidon accepts ({@link BoundAddress}), and what comes before a connection's codec, the PROXY
 * header and TLS, is ours ({@link Accepted}).
 *
 * <p>Bound: {@code maxConnections} connections; a further one is closed at once, counted and logged. An accept loop that has ended is
 * found by {@link #upkeep}, which starts another; connections that are open go on.
 */
public final class Listener {
    private static final System.Logger LOG = System.getLogger(Listener.class.getName());
    /** Connections that Helidon may hand us beyond our own limit, so that we can refuse them and say so. */
    private static final int REFUSAL_ROOM = 64;
    /** At most one line a second: a flood of newcomers must not become a flood of lines. */
    private static final long REFUSAL_LOG_NANOS = 1_000_000_000L;

    /**
     * What a listener gets beside its own configuration.
     *
     * @param place where it stands in the file, like {@code listeners[0]}
     * @param maxConnections what the process's descriptors allow; the configured limit may be lower
     * @param trusted networks whose callers are trusted
     * @param replayBytes request bytes that each exchange keeps for a second attempt
     * @param loops on which connections wait that need no thread
     */
    public record Settings(String place, int maxConnections, List<Cidr> trusted, int replayBytes, EventLoops loops) {
        public Settings {
            trusted = List.copyOf(trusted);
        }

        Settings at(int index) {
            return new Settings("listeners[" + index + "]", maxConnections, trusted, replayBytes, loops);
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
    private final BoundAddresses addresses = new BoundAddresses();
    private volatile Terms terms;
    private volatile boolean stopped;
    private volatile boolean draining;
    private volatile long drainStartedNanos;
    private volatile boolean aborted;
    private volatile long lastRefusalLogNanos = System.nanoTime() - REFUSAL_LOG_NANOS;

    /** Prepares a listener; nothing is bound or read before {@link #start}. */
    public Listener(ListenerConfig config, Settings settings, ExchangeHandler handler, ExchangeObserver observer) {
        this.handler = handler;
        this.observer = observer;
        this.terms = terms(config, settings, null);
    }

    private Terms terms(ListenerConfig config, Settings settings) {
        return terms(config, settings, tls(settings.place(), config));
    }

    private Terms terms(ListenerConfig config, Settings settings, @Nullable ServerTls tls) {
        return new Terms(
                config,
                settings,
                new Peers(config, () -> terms.settings().trusted()),
                new Codecs(config, handler, observer, () -> terms.paths(), settings),
                PathPolicy.of(config),
                tls);
    }

    private ListenerConfig config() {
        return terms.config();
    }

    /** Whether this listener is the one that the configuration means: the same address and port; of the same name when any port will do. */
    boolean serves(ListenerConfig wanted) {
        return config().sameAddress(wanted);
    }

    /** Whether it takes connections to the address, or some of them. */
    boolean meets(InetSocketAddress address) {
        return addresses().stream().anyMatch(own -> ListenAddress.meet(own, address));
    }

    /** The configured one, with the port that is bound. */
    InetSocketAddress address() {
        BoundAddress bound = addresses.main();
        if (bound == null) {
            throw new IllegalStateException("listener " + name() + " was not started");
        }
        return bound.address();
    }

    /** On which it accepts. */
    List<InetSocketAddress> addresses() {
        return addresses.addresses();
    }

    /**
     * Checks a changed configuration of this listener, reads its certificate, and listens on its address.
     *
     * @param ours on which this process listens, beside this listener
     * @return puts it in force: connections that are accepted from then on follow it
     * @throws ListenException the address cannot be bound, or the certificate not be read
     */
    Change prepare(ListenerConfig wanted, Settings with, Collection<InetSocketAddress> ours) {
        Terms next = terms(wanted, with);
        BoundAddress before = addresses.main();
        if (serves(wanted) || before == null) {
            return new Change(() -> terms = next, () -> {});
        }
        InetSocketAddress address = resolved(wanted, with);
        BoundAddress staying = addresses.stay(address);
        BoundAddress bound = staying != null ? staying : open(address, next, ours);
        return new Change(
                () -> {
                    terms = next;
                    addresses.settle(bound);
                },
                () -> {
                    addresses.settle(before);
                    if (staying == null) {
                        addresses.giveUp(bound);
                    }
                });
    }

    /** Takes no new connections, and returns when its addresses are free; those that are open are served on. */
    public void retire() {
        stopped = true;
        addresses.close();
    }

    /**
     * Binds the address.
     *
     * @throws ListenException it is taken, or not ours; or the certificate cannot be read
     */
    public void start() {
        start(List.of());
    }

    /**
     * The same where addresses of this process may meet this one.
     *
     * @param ours on which it listens
     */
    void start(Collection<InetSocketAddress> ours) {
        ListenerConfig config = config();
        if (terms.tls() == null) {
            terms = terms(config, terms.settings());
        }
        addresses.settle(open(resolved(config, terms.settings()), terms, ours));
    }

    private static InetSocketAddress resolved(ListenerConfig config, Settings settings) {
        try {
            return ListenAddress.of(config.address(), config.port());
        } catch (IOException e) {
            throw ListenException.ofAddress(settings.place(), config, e);
        }
    }

    private BoundAddress open(InetSocketAddress address, Terms of, Collection<InetSocketAddress> ours) {
        BoundAddress fresh = new BoundAddress(
                this, address, of.config().backlog(), of.settings().maxConnections() + REFUSAL_ROOM);
        try {
            addresses.open(fresh, ours);
            return fresh;
        } catch (IOException e) {
            throw ListenException.ofAddress(of.settings().place(), of.config(), e);
        }
    }

    private static @Nullable ServerTls tls(String place, ListenerConfig config) {
        try {
            return config.tls().isPresent() ? ServerTls.of(config.tls().get(), config.protocols()) : null;
        } catch (IOException | GeneralSecurityException e) {
            throw ListenException.ofTls(place, e);
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

    Peers peers() {
        return terms.peers();
    }

    private void refuse(Peer peer) {
        counts.refused.increment();
        long now = System.nanoTime();
        if (!aborted && now - lastRefusalLogNanos > REFUSAL_LOG_NANOS) {
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
        addresses.upkeep(now);
        if (!stopped && addresses.deaf(now)) {
            revive();
        }
    }

    private void revive() {
        LOG.log(System.Logger.Level.ERROR, "listener {0}: the accept loop has ended, binding again", config().name());
        counts.restarts.increment();
        try {
            addresses.revive();
        } catch (IOException e) {
            ListenException why = ListenException.ofAddress(terms.settings().place(), config(), e);
            LOG.log(System.Logger.Level.ERROR, "listener {0}: {1}", config().name(), why.getMessage());
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

    /** The bound port; the configured one before it is bound. */
    public int port() {
        BoundAddress bound = addresses.main();
        return bound == null ? config().port() : bound.address().getPort();
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
