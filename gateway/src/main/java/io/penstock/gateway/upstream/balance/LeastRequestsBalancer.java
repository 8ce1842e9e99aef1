// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

import java.util.random.RandomGenerator;

/** The endpoint with the fewest attempts in flight for its weight; among equals one that is drawn by weight. Looks at every endpoint. */
final class LeastRequestsBalancer implements Balancer {
    private final Load[] loads;
    private final double[] shares;
    private final WeightedDraw draw;

    LeastRequestsBalancer(Load[] loads, double[] shares, RandomGenerator random) {
        this.loads = loads;
        this.shares = shares;
        this.draw = new WeightedDraw(shares, random);
    }

    @Override
    public int pick(long key, Excluded excluded, long nowNanos) {
        int drawn = draw.allowed(excluded, NONE);
        if (drawn == NONE) {
            return NONE;
        }
        int best = drawn;
        double least = loads[best].active() / shares[best];
        for (int i = 1; i < loads.length && least > 0; i++) {
            int place = (drawn + i) % loads.length;
            double requests = loads[place].active() / shares[place];
            if (requests < least && !excluded.has(place)) {
                best = place;
                least = requests;
            }
        }
        return best;
    }
}
