// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One number that follows what is measured and fades towards zero while nothing is: an exponentially weighted average over time.
 *
 * <p>Safe for any number of threads without a lock: the number and the instant that it is of are one long, the instant in units of
 * 2<sup>20</sup> ns (about a millisecond), which fit for 24 days; a longer silence counts as 24 days.
 */
final class Average {
    private static final int SHIFT = 20;
    private static final long NOTHING = Long.MIN_VALUE;

    private final AtomicLong state = new AtomicLong(NOTHING);
    private final double decay;
    private final boolean peaks;
    private final long originNanos;

    /**
     * Makes an average of nothing.
     *
     * @param decayNanos in this time it fades to 1/e
     * @param peaks whether a value above the average becomes the average at once
     */
    Average(long decayNanos, boolean peaks, long originNanos) {
        this.decay = (double) decayNanos / (1L << SHIFT);
        this.peaks = peaks;
        this.originNanos = originNanos;
    }

    /** Adds one value. */
    void add(double value, long nowNanos) {
        int stamp = stamp(nowNanos);
        while (true) {
            long before = state.get();
            if (value == 0 && (int) before == 0 && before != NOTHING) {
                return; // nothing stays nothing
            }
            long after = packed(stamp, before == NOTHING ? value : mixed(before, stamp, value));
            if (state.compareAndSet(before, after)) {
                return;
            }
        }
    }

    private double mixed(long before, int stamp, double value) {
        double old = Float.intBitsToFloat((int) before);
        if (peaks && value > old * kept(before, stamp)) {
            return value;
        }
        // values that come within one unit of time count as one unit apart: many of them must move the average
        double part = Math.exp(-Math.max(1, stamp - (int) (before >> 32)) / decay);
        return old * part + value * (1 - part);
    }

    /** The average, faded to this instant; 0 when nothing was added yet. */
    double at(long nowNanos) {
        long now = state.get();
        return now == NOTHING ? 0 : Float.intBitsToFloat((int) now) * kept(now, stamp(nowNanos));
    }

    boolean measured() {
        return state.get() != NOTHING;
    }

    private double kept(long packed, int stamp) {
        int age = stamp - (int) (packed >> 32);
        return age <= 0 ? 1 : Math.exp(-age / decay);
    }

    private int stamp(long nowNanos) {
        return (int) ((nowNanos - originNanos) >> SHIFT);
    }

    private static long packed(int stamp, double value) {
        return ((long) stamp << 32) | (Float.floatToRawIntBits((float) value) & 0xffff_ffffL);
    }
}
