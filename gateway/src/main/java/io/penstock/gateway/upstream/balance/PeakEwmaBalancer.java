// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

import java.util.random.RandomGenerator;

/**
 * The better of two endpoints that are drawn by weight: the one where an attempt {@linkplain Load#cost costs} less. Costs that are
 * closer than a quarter count as equal, so that noise does not override weights.
 */
final class PeakEwmaBalancer implements Balancer {
    private static final double CLEARLY_BETTER = 0.8;

    private final Load[] loads;
    private final double[] shares;
    private final WeightedDraw draw;

    PeakEwmaBalancer(Load[] loads, double[] shares, RandomGenerator random) {
        this.loads = loads;
        this.shares = shares;
        this.draw = new WeightedDraw(shares, random);
    }

    @Override
    public int pick(long key, Excluded excluded, long nowNanos) {
        if (loads.length == 1) {
            return excluded.has(0) ? NONE : 0;
        }
        int first = draw.next();
        int second = draw.other(first);
        if (excluded.has(first) || excluded.has(second)) {
            first = draw.allowed(excluded, NONE);
            if (first == NONE) {
                return NONE;
            }
            second = draw.allowed(excluded, first);
        }
        double cost = loads[first].cost(shares[first], nowNanos);
        return loads[second].cost(shares[second], nowNanos) < cost * CLEARLY_BETTER ? second : first;
    }
}
