// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

/**
 * How far a count may be from what its weight makes expect.
 *
 * <p>By Bernstein's inequality, the number of hits among n independent draws of probability p is off by t or more with a
 * probability of at most {@code 2 exp(-t^2 / (2 (n p (1-p) + t/3)))}. That holds for every n and p, unlike what the normal
 * distribution says about the few hits of a small weight. The t is chosen such that all weights together exceed it in at
 * most one of {@link #RUNS} runs.
 */
final class ChanceBound {

    static final long RUNS = 1_000_000;

    private ChanceBound() {}

    /**
     * The largest distance that is still chance.
     *
     * @param weights how many counts are compared in one run
     */
    static long of(long draws, double share, int weights) {
        double l = Math.log(2.0 * weights * RUNS);
        double variance = draws * share * (1 - share);
        // t^2 - 2 l t / 3 - 2 l variance = 0
        double t = l / 3 + Math.sqrt(l * l / 9 + 2 * l * variance);
        return (long) Math.ceil(t);
    }
}
