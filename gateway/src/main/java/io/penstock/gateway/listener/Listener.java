// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.wire.Change;
import io.penstock.gateway.wire.TlsFailure;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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

    private final ExchangeHandler handler;
    private final ExchangeObserver observer;
    private final AcceptedSockets sockets = new AcceptedSockets();
    private final ListenerCounts counts = new ListenerCounts();
    private final EndingLog endings = new EndingLog(LOG);
    private final Admission admission = new Admission(counts);
    private final BoundAddresses addresses = new BoundAddresses();
    private volatile Terms terms;
    private volatile boolean stopped;
    private volatile boolean draining;
    private volatile long drainStartedNanos;

    /** Prepares a listener; nothing is bound or read before {@link #start}. */
    public Listener(
            ListenerConfig config, ListenerSettings settings, ExchangeHandler handler, ExchangeObserver observer) {
        this.handler = handler;
        this.observer = observer;
        this.terms = terms(config, settings);
    }

    private Terms terms(ListenerConfig config, ListenerSettings settings) {
        return Terms.of(config, settings, handler, observer, () -> terms);
    }

    private ListenerConfig config() {
        return terms.config();
    }

    /** Whether this listener is the one that the configuration means: the same address and port; of the same name when any port will do. */
    boolean serves(ListenerConfig wanted) {
        return config().sameAddress(wanted);
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
    Change prepare(ListenerConfig wanted, ListenerSettings with, Collection<InetSocketAddress> ours) {
        Terms next = terms(wanted, with).withTls();
        BoundAddress before = addresses.main();
        if (serves(wanted) || before == null) {
            return new Change(() -> terms = next, () -> {});
        }
        InetSocketAddress address = next.address();
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
        if (terms.tls() == null) {
            terms = terms.withTls();
        }
        addresses.settle(open(terms.address(), terms, ours));
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

    // ---- for accepted connections ----

    /** Takes a connection in; false when it is one too many, or all are being closed. */
    boolean admit(Accepted accepted, Peer peer) {
        return admission.admit(accepted, peer, terms);
    }

    void ended(Accepted accepted, DownstreamEnding how) {
        admission.ended(accepted, how);
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

    void log(Peer peer, DownstreamEnding how, String detail) {
        endings.ended(config().name(), peer, how, detail, System.nanoTime());
    }

    // ---- from outside ----

    /** Looks at the clock; called a few times a second. */
    public void upkeep(long now) {
        for (Accepted connection : admission.open()) {
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
        admission.open().forEach(Accepted::drain);
    }

    /** Ends every exchange that is in flight, telling its caller why. */
    public void endExchanges() {
        admission.open().forEach(Accepted::endExchanges);
    }

    /** Closes every connection at once. */
    public void abort() {
        admission.abort();
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
        return admission.openStreams();
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
