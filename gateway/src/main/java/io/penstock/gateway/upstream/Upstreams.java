// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.config.upstream.UpstreamTlsConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.upstream.dial.ClientTls;
import io.penstock.gateway.upstream.dial.ConnectionBudget;
import io.penstock.gateway.upstream.dial.Dialer;
import io.penstock.gateway.upstream.pool.AutoPool;
import io.penstock.gateway.upstream.pool.Http1Pool;
import io.penstock.gateway.upstream.pool.Http2Pool;
import io.penstock.gateway.upstream.pool.Pool;
import io.penstock.gateway.upstream.pool.PoolReport;
import io.penstock.gateway.wire.TlsFailure;
import io.penstock.gateway.wire.TlsFailures;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Every pool of the gateway, keyed by the whole identity of what is spoken to: address, the cluster
 * or lookup that it belongs to, and its policy.
 *
 * <p>Bounded by the number of pools and by the number of connections in all. Thread-safe.
 */
public final class Upstreams {
    /** Endpoints at a time; a further one is refused with OVERLOADED until an unused pool is given up. */
    public static final int MOST_POOLS = 10_000;

    /** How long a pool without connections is kept. */
    public static final long KEEP_UNUSED_NANOS = 600_000_000_000L;

    /**
     * Everything by which a connection may be told from another. The policy has the protocol, the trust and our own certificate; the name
     * is empty where nothing depends on it.
     *
     * <p>Hashed by the address alone: hashing a whole policy for each request would cost more than the rest of the look-up.
     */
    private record Identity(InetSocketAddress address, String hostname, String user, UpstreamConfig config) {
        @Override
        public int hashCode() {
            return address.hashCode();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Identity that
                    && address.equals(that.address)
                    && user.equals(that.user)
                    && hostname.equals(that.hostname)
                    && config.equals(that.config);
        }
    }

    private final ConcurrentHashMap<Identity, Pool> pools = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<UpstreamTlsConfig, ClientTls> tls = new ConcurrentHashMap<>();
    private final ConnectionBudget budget;
    private final TlsFailures tlsFailures = new TlsFailures();
    private final int mostPools;
    /** Held while a pool's counts move to those of the former ones, so that nobody sees them in neither or in both. */
    private final ReentrantLock givingUp = new ReentrantLock();

    private final FormerPools former = new FormerPools();
    private volatile boolean draining;

    /**
     * Makes an empty set of pools.
     *
     * @param maxConnections connections to all upstreams together
     */
    public Upstreams(int maxConnections) {
        this(maxConnections, MOST_POOLS);
    }

    Upstreams(int maxConnections, int mostPools) {
        this.budget = new ConnectionBudget(maxConnections);
        this.mostPools = mostPools;
    }

    /**
     * Sends the exchange to this address, now or as soon as there is room on a connection. Never blocks: what has to wait goes through
     * {@link io.penstock.gateway.exchange.side.Downstream#offload}.
     *
     * <p>The caller has set {@link Exchange#upstream} and {@link Exchange#attemptObserver}. When this throws, the attempt has not been
     * made and its observer was not told.
     *
     * @param hostname of the endpoint, without port: what its certificate must be for, unless the policy names another
     * @throws GatewayException TOO_MANY_STREAMS, GRPC_OVER_HTTP1, OVERLOADED, TLS_FAILED or DRAINING
     */
    public void open(Exchange exchange, InetSocketAddress address, String hostname, UpstreamConfig config) {
        open(exchange, new Identity(address, config.tls().isPresent() ? hostname : "", exchange.cluster(), config));
    }

    private void open(Exchange exchange, Identity identity) {
        Pool pool = pool(identity);
        exchange.target(pool.name());
        pool.open(exchange);
    }

    private Pool newPool(Identity identity) {
        UpstreamConfig config = identity.config();
        Dialer dialer = new Dialer(
                identity.address(),
                identity.hostname(),
                config,
                config.tls().map(this::tls).orElse(null),
                budget,
                tlsFailures);
        Consumer<Exchange> successor = exchange -> open(exchange, identity);
        return switch (config.protocol()) {
            case H2C, H2 -> new Http2Pool(identity.user(), config, dialer, successor);
            case HTTP1 -> new Http1Pool(identity.user(), config, dialer, successor);
            case AUTO -> new AutoPool(identity.user(), config, dialer, successor);
        };
    }

    /** One for all endpoints of a policy: trust is costly to load, and sessions are resumed from it. */
    private ClientTls tls(UpstreamTlsConfig config) {
        return tls.computeIfAbsent(config, key -> {
            try {
                return ClientTls.of(key);
            } catch (IOException e) {
                throw new GatewayException(Cause.TLS_FAILED, String.valueOf(e.getMessage()), e);
            }
        });
    }

    private Pool pool(Identity identity) {
        Pool pool = pools.get(identity);
        while (pool == null || pool.abandoned()) {
            if (draining) {
                throw new GatewayException(Cause.DRAINING, "draining");
            }
            if (pool != null) {
                giveUp(identity, pool);
            }
            if (pools.size() >= mostPools) {
                throw new GatewayException(Cause.OVERLOADED, "more than " + mostPools + " endpoints in use");
            }
            pool = pools.computeIfAbsent(identity, this::newPool);
        }
        return pool;
    }

    /** Looks at the clock; called a few times a second. */
    public void upkeep(long now) {
        pools.forEach((identity, pool) -> {
            pool.upkeep(now);
            if (pool.abandonAfter(KEEP_UNUSED_NANOS, now)) {
                giveUp(identity, pool);
                forgetTls();
            }
        });
    }

    private void giveUp(Identity identity, Pool pool) {
        givingUp.lock();
        try {
            if (pools.remove(identity, pool)) {
                former.add(pool.report());
            }
        } finally {
            givingUp.unlock();
        }
    }

    /** Lets go of what no pool uses any more: its files are read anew when they are needed again. */
    private void forgetTls() {
        tls.keySet()
                .removeIf(config -> pools.keySet().stream()
                        .noneMatch(identity ->
                                identity.config().tls().filter(config::equals).isPresent()));
    }

    /** Closes each connection with its last stream. */
    public void drain() {
        draining = true;
        pools.values().forEach(Pool::drain);
    }

    /** Closes every connection at once. */
    public void abort() {
        draining = true;
        pools.values().forEach(Pool::abort);
    }

    /** TLS handshakes that failed, by who ended them and with which alert. */
    public Map<TlsFailure.Reason, Long> tlsFailures() {
        return tlsFailures.counts();
    }

    /** The ledger of every endpoint, in the order of their names, and then those of the former ones. */
    public List<PoolReport> report() {
        List<PoolReport> reports = new ArrayList<>();
        givingUp.lock();
        try {
            pools.values().forEach(pool -> reports.add(pool.report()));
            reports.sort(Comparator.comparing(PoolReport::target));
            reports.addAll(former.reports());
        } finally {
            givingUp.unlock();
        }
        return List.copyOf(reports);
    }
}
