// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one endpoint has to do now and how it did lately: attempts in flight, response times, errors.
 *
 * <p>Safe for any number of threads. Nothing here allocates or blocks.
 */
public final class Load {
    /** A failed attempt counts as at least this slow, so that an endpoint that fails fast does not look fast. */
    private static final double FAILURE_NANOS = 1e9;
    /** What fades below this is known no more. */
    private static final double KNOWN_NANOS = 1_000;
    /** Of an endpoint that has its first attempt in flight and was never measured. */
    private static final double UNKNOWN_NANOS = 1e15;

    private final AtomicInteger active = new AtomicInteger();
    private final Average peak;
    private final Average mean;
    private final Average errors;

    /**
     * Makes the load of an endpoint that was never used.
     *
     * @param decayNanos in this time what was measured fades to a third
     * @param nowNanos the beginning of time for this endpoint
     */
    public Load(long decayNanos, long nowNanos) {
        peak = new Average(decayNanos, true, nowNanos);
        mean = new Average(decayNanos, false, nowNanos);
        errors = new Average(decayNanos, false, nowNanos);
    }

    /** An attempt begins. */
    public void begin() {
        active.incrementAndGet();
    }

    /** An attempt is over. */
    public void end() {
        active.decrementAndGet();
    }

    /** Attempts in flight. */
    public int active() {
        return active.get();
    }

    /** A response head came after this time, or the attempt failed. */
    public void measured(long nanos, boolean failed, long nowNanos) {
        double counted = failed ? Math.max((double) nanos, FAILURE_NANOS) : (double) nanos;
        peak.add(counted, nowNanos);
        mean.add((double) nanos, nowNanos);
        errors.add(failed ? 1 : 0, nowNanos);
    }

    /** The response time in nanoseconds whose peaks count at once; 0 when it is not known. */
    public double peakNanos(long nowNanos) {
        double known = peak.at(nowNanos);
        return known < KNOWN_NANOS ? 0 : known;
    }

    /** The mean response time in nanoseconds; 0 when it is not known. */
    double meanNanos(long nowNanos) {
        return mean.at(nowNanos);
    }

    /** The part of failures, 0 to 1, faded with time. */
    double errors(long nowNanos) {
        return errors.at(nowNanos);
    }

    boolean measured() {
        return mean.measured();
    }

    /**
     * What one more attempt here costs: its response time times those that wait for it. An endpoint that is not known costs nothing until
     * one attempt is in flight there, and then more than any other, so that it is tried and not flooded.
     *
     * @param share its weight, 1 for the mean
     */
    double cost(double share, long nowNanos) {
        int inFlight = active.get();
        double nanos = peakNanos(nowNanos);
        if (nanos == 0) {
            return inFlight == 0 ? 0 : UNKNOWN_NANOS * (1 + inFlight / share);
        }
        return nanos * (1 + inFlight / share);
    }
}
