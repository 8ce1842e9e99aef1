// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

import io.penstock.gateway.config.cluster.BalancerConfig;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/** Makes balancers for one configuration. */
public final class Balancers {
    private final BalancerConfig config;
    private final RandomGenerator random;

    /**
     * Stores what every balancer needs.
     *
     * @param random used by many threads at a time
     */
    public Balancers(BalancerConfig config, RandomGenerator random) {
        this.config = config;
        this.random = random;
    }

    /**
     * A balancer over these endpoints.
     *
     * @param ids identities of the endpoints, which place them on the ring of {@code consistent-hash}
     * @param weights above 0, one for each endpoint
     * @param turn counts the turns of {@code round-robin} on from one balancer to the next
     */
    public Balancer over(long[] ids, Load[] loads, double[] weights, AtomicInteger turn) {
        double mean = Arrays.stream(weights).average().orElse(1);
        double[] shares = Arrays.stream(weights).map(weight -> weight / mean).toArray();
        return switch (config.policy()) {
            case ROUND_ROBIN -> new RoundRobinBalancer(weights, turn);
            case LEAST_REQUESTS -> new LeastRequestsBalancer(loads, shares, random);
            case PEAK_EWMA, STICKY_COOKIE -> new PeakEwmaBalancer(loads, shares, random);
            case WEIGHTED_RANDOM -> new WeightedRandomBalancer(loads, shares, random);
            case CONSISTENT_HASH -> new ConsistentHashBalancer(ids, loads, shares, config.loadBound() / 100.0);
        };
    }
}
