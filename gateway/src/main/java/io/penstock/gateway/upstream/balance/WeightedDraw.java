// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

import java.util.ArrayDeque;
import java.util.random.RandomGenerator;

/** Draws places by weight in constant time: Vose's alias method. Immutable but for the random source. */
final class WeightedDraw {
    private final double[] stays;
    private final int[] alias;
    private final RandomGenerator random;

    /** Prepares the draw; the shares have the mean 1. */
    WeightedDraw(double[] shares, RandomGenerator random) {
        int n = shares.length;
        this.random = random;
        stays = shares.clone();
        alias = new int[n];
        var small = new ArrayDeque<Integer>();
        var large = new ArrayDeque<Integer>();
        for (int i = 0; i < n; i++) {
            alias[i] = i;
            (stays[i] < 1 ? small : large).add(i);
        }
        while (!small.isEmpty() && !large.isEmpty()) {
            int less = small.poll();
            int more = large.peek();
            alias[less] = more;
            stays[more] -= 1 - stays[less];
            if (stays[more] < 1) {
                large.poll();
                small.add(more);
            }
        }
        small.forEach(rest -> stays[rest] = 1); // what rounding left
        large.forEach(rest -> stays[rest] = 1);
    }

    int next() {
        int place = random.nextInt(stays.length);
        return random.nextDouble() < stays[place] ? place : alias[place];
    }

    /** Another place than this one; there are two or more. */
    int other(int than) {
        for (int i = 0; i < 4; i++) {
            int place = next();
            if (place != than) {
                return place;
            }
        }
        return (than + 1 + random.nextInt(stays.length - 1)) % stays.length;
    }

    /** A place that is not excluded, and, when there is one, not this one either. */
    int allowed(Excluded excluded, int than) {
        int start = next();
        int found = Balancer.NONE;
        for (int i = 0; i < stays.length; i++) {
            int place = (start + i) % stays.length;
            if (!excluded.has(place)) {
                if (place != than) {
                    return place;
                }
                found = place;
            }
        }
        return found;
    }
}
