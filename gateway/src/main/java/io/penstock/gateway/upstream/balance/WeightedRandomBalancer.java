// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

import java.util.random.RandomGenerator;

/**
 * Draws by 1000 / (milliseconds + 1) x (1 - part of errors) x weight. An endpoint that was never measured counts as the mean of the
 * others, and none for less than a tenth of it: it works without statistics, and never leaves an endpoint without the traffic that shows
 * that it is well again. Looks at every endpoint, twice.
 */
final class WeightedRandomBalancer implements Balancer {
    private static final double FLOOR = 0.1;
    private static final double UNKNOWN = 1_000;

    private final Load[] loads;
    private final double[] shares;
    private final RandomGenerator random;

    WeightedRandomBalancer(Load[] loads, double[] shares, RandomGenerator random) {
        this.loads = loads;
        this.shares = shares;
        this.random = random;
    }

    @Override
    public int pick(long key, Excluded excluded, long nowNanos) {
        double sum = 0;
        int known = 0;
        for (Load load : loads) {
            if (load.measured()) {
                sum += score(load, nowNanos);
                known++;
            }
        }
        double mean = known == 0 || sum == 0 ? UNKNOWN : sum / known;
        double total = 0;
        for (int i = 0; i < loads.length; i++) {
            total += excluded.has(i) ? 0 : weight(i, mean, nowNanos);
        }
        double left = random.nextDouble() * total;
        int last = NONE;
        for (int i = 0; i < loads.length; i++) {
            if (!excluded.has(i)) {
                last = i;
                left -= weight(i, mean, nowNanos);
                if (left < 0) {
                    return i;
                }
            }
        }
        return last; // what was measured meanwhile made the sum smaller
    }

    private double weight(int place, double mean, long nowNanos) {
        Load load = loads[place];
        double score = load.measured() ? score(load, nowNanos) : mean;
        return Math.max(score, FLOOR * mean) * shares[place];
    }

    private static double score(Load load, long nowNanos) {
        return 1_000 / (load.meanNanos(nowNanos) / 1e6 + 1) * (1 - load.errors(nowNanos));
    }
}
