// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One endpoint after the other, each as often as its weight says and evenly spread: the order is worked out once, so that a turn is one
 * atomic increment.
 */
final class RoundRobinBalancer implements Balancer {
    private static final int MOST_TURNS = 4_096;

    private final int[] order;
    private final AtomicInteger turn;

    RoundRobinBalancer(double[] weights, AtomicInteger turn) {
        this.order = order(turns(weights));
        this.turn = turn;
    }

    @Override
    public int pick(long key, Excluded excluded, long nowNanos) {
        for (int i = 0; i < order.length; i++) {
            int place = order[Math.floorMod(turn.getAndIncrement(), order.length)];
            if (!excluded.has(place)) {
                return place;
            }
        }
        return NONE;
    }

    /** Whole numbers in the proportion of the weights, as small as they can be, at least 1. */
    private static int[] turns(double[] weights) {
        boolean whole = Arrays.stream(weights).allMatch(weight -> weight == Math.rint(weight));
        int[] turns = new int[weights.length];
        int divisor = 0;
        for (int i = 0; i < weights.length; i++) {
            turns[i] = (int) Math.max(1, Math.round(whole ? weights[i] : weights[i] * 100));
            divisor = gcd(turns[i], divisor);
        }
        long sum = 0;
        for (int i = 0; i < turns.length; i++) {
            turns[i] /= divisor;
            sum += turns[i];
        }
        if (sum > MOST_TURNS) {
            double part = (double) MOST_TURNS / sum;
            for (int i = 0; i < turns.length; i++) {
                turns[i] = (int) Math.max(1, Math.round(turns[i] * part));
            }
        }
        return turns;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }

    /** In each turn every endpoint gains its weight, the richest goes and pays for all: no endpoint goes twice while another is due. */
    private static int[] order(int[] turns) {
        int sum = Arrays.stream(turns).sum();
        long[] gained = new long[turns.length];
        int[] order = new int[sum];
        for (int t = 0; t < sum; t++) {
            int richest = 0;
            for (int i = 0; i < turns.length; i++) {
                gained[i] += turns[i];
                if (gained[i] > gained[richest]) {
                    richest = i;
                }
            }
            gained[richest] -= sum;
            order[t] = richest;
        }
        return order;
    }
}
