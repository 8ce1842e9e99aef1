// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

/**
 * Whether one connection is measurably saturated, from samples that are taken at each upkeep.
 *
 * <p>A sample is bad when the connection holds streams back for itself: bytes wait for its own window although their streams have
 * window left, or one write is under way for longer than a healthy one takes. Steady load gives bad samples now and then; only three
 * quarters of the last sixteen (1.6 s) make a connection saturated, and only when no more than a quarter of them is bad is it free again.
 * Not thread-safe: the pool's upkeep alone calls it.
 */
final class Saturation {
    private static final int SAMPLES = 16;
    private static final int ENTER = 12;
    private static final int LEAVE = 4;

    private int bad;
    private boolean saturated;

    /** Takes one more sample; true when the connection is saturated. */
    boolean sample(boolean strained) {
        bad = (bad << 1 | (strained ? 1 : 0)) & ((1 << SAMPLES) - 1);
        int count = Integer.bitCount(bad);
        saturated = saturated ? count > LEAVE : count >= ENTER;
        return saturated;
    }
}
