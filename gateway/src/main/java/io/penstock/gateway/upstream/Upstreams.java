// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream;

import io.penstock.gateway.config.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Every pool of the gateway, keyed by the whole identity of what is spoken to: address, the cluster
 * or lookup that it belongs to, and its policy.
 *
 * <p>Bounded by the number of pools and by the number of connections in all. Thread-safe.
 */
public final class Upstreams {
    /** Endpoints at a time; a further one is refused with OVERLOADED until an unused pool is given up. */
    public static final int MOST_POOLS = 10_000;

    private static final long KEEP_UNUSED_NANOS = 600_000_000_000L;

    /** Hashed by the address alone: hashing a whole policy for each request would cost more than the rest of the look-up. */
    private record Identity(InetSocketAddress address, String user, UpstreamConfig config) {
        @Override
        public int hashCode() {
            return address.hashCode();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Identity that
                    && address.equals(that.address)
                    && user.equals(that.user)
                    && config.equals(that.config);
        }
    }

    private final ConcurrentHashMap<Identity, EndpointPool> pools = new ConcurrentHashMap<>();
    private final ConnectionBudget budget;
    private volatile boolean draining;

    /**
     * Makes an empty set of pools.
     *
     * @param maxConnections connections to all upstreams together
     */
    public Upstreams(int maxConnections) {
        this.budget = new ConnectionBudget(maxConnections);
    }

    /**
     * Sends the exchange to this address, now or as soon as a stream is free. Never blocks.
     *
     * @throws GatewayException TOO_MANY_STREAMS, OVERLOADED or DRAINING
     */
    public void forward(Exchange exchange, InetSocketAddress address, UpstreamConfig config) {
        if (config.protocol() != UpstreamConfig.Protocol.H2C) {
            throw new GatewayException(Cause.PROTOCOL_UNSUPPORTED, "HTTP/1.1 upstreams are not served yet");
        }
        EndpointPool pool = pool(new Identity(address, exchange.cluster(), config));
        exchange.target(pool.name());
        exchange.upstream(pool);
        pool.open(exchange);
    }

    private EndpointPool pool(Identity identity) {
        EndpointPool pool = pools.get(identity);
        while (pool == null || pool.abandoned()) {
            if (draining) {
                throw new GatewayException(Cause.DRAINING, "draining");
            }
            if (pools.size() >= MOST_POOLS) {
                throw new GatewayException(Cause.OVERLOADED, "more than " + MOST_POOLS + " endpoints in use");
            }
            if (pool != null) {
                pools.remove(identity, pool);
            }
            pool = pools.computeIfAbsent(
                    identity, key -> new EndpointPool(key.user(), key.address(), key.config(), budget));
        }
        return pool;
    }

    /** Looks at the clock; called a few times a second. */
    public void upkeep(long now) {
        pools.forEach((identity, pool) -> {
            pool.upkeep(now);
            if (pool.abandonAfter(KEEP_UNUSED_NANOS, now)) {
                pools.remove(identity, pool);
            }
        });
    }

    /** Closes each connection with its last stream. */
    public void drain() {
        draining = true;
        pools.values().forEach(EndpointPool::drain);
    }

    /** Closes every connection at once. */
    public void abort() {
        draining = true;
        pools.values().forEach(EndpointPool::abort);
    }

    /** The ledger of every endpoint, in the order of their names. */
    public List<PoolReport> report() {
        return pools.values().stream()
                .map(EndpointPool::report)
                .sorted(Comparator.comparing(PoolReport::target))
                .toList();
    }
}
