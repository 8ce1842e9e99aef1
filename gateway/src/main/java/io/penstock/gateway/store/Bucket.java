// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.time.Duration;

/**
 * How fast tokens come into a bucket, and how many it holds; full at first. Immutable.
 *
 * <p>What is missing in a bucket is counted in whole units, of which one token has {@link #tokenUnits} and of which {@link #unitsPerMicro}
 * come back in a microsecond: no division, and so no error that adds up, whatever the rate is. Where so many units would be more than a
 * script of Redis can count, a token's are rounded, which changes the rate by less than a thousandth of a percent in the ranges that the
 * configuration has.
 */
public final class Bucket {
    /** Half of what a double counts in whole numbers: Redis' scripts have nothing else. */
    private static final long MOST_UNITS = 1L << 52;
    /** More than a century, and far from where a long ends. */
    private static final long MOST_NANOS = 1L << 62;

    private final int rate;
    private final Duration per;
    private final int burst;
    private final long unitsPerMicro;
    private final long tokenUnits;
    private final long tokenNanos;

    /**
     * Makes one.
     *
     * @param rate tokens that come in {@code per}; 1 or more
     * @param per 1 microsecond or more
     * @param burst tokens that it holds; 1 or more
     */
    public Bucket(int rate, Duration per, int burst) {
        long micros = per.toNanos() / 1_000;
        if (rate < 1 || burst < 1 || micros < 1) {
            throw new IllegalArgumentException("rate, per and burst are " + rate + ", " + per + " and " + burst);
        }
        this.rate = rate;
        this.per = per;
        this.burst = burst;
        long divisor = divisor(micros, rate);
        boolean exact = micros / divisor <= MOST_UNITS / burst;
        this.unitsPerMicro = exact ? rate / divisor : 1;
        this.tokenUnits =
                exact ? micros / divisor : Math.min(MOST_UNITS / burst, Math.max(1, (micros + rate / 2) / rate));
        this.tokenNanos = Math.max(1, per.toNanos() / rate);
    }

    private static long divisor(long a, long b) {
        return b == 0 ? a : divisor(b, a % b);
    }

    /** The part of the limit that one of so many has, when they cannot ask each other: at least so many tokens fit into it. */
    public Bucket share(int of, int least) {
        return of == 1 ? this : new Bucket(rate, per.multipliedBy(of), Math.max(least, burst / of));
    }

    public int burst() {
        return burst;
    }

    /** How long an empty one takes to be full. */
    public Duration fill() {
        return Duration.ofNanos(nanos(burst));
    }

    /** Units that come back in a microsecond. */
    long unitsPerMicro() {
        return unitsPerMicro;
    }

    long tokenUnits() {
        return tokenUnits;
    }

    /** What is missing in an empty bucket. */
    long capacityUnits() {
        return burst * tokenUnits;
    }

    /** How long so many tokens take to come. */
    long nanos(int tokens) {
        return tokens > MOST_NANOS / tokenNanos ? MOST_NANOS : tokens * tokenNanos;
    }

    /** As many of these as there are tokens in so much time, or none when those are fewer than the least. */
    int affords(long nanosAhead, int least, int most) {
        long there = nanosAhead / tokenNanos;
        return there < least ? 0 : (int) Math.min(most, there);
    }

    /** What came of asking for tokens of this bucket, in which so many units are missing after that. */
    Taken taken(int tokens, int least, long missing) {
        long lacking = tokens > 0 ? 0 : missing + least * tokenUnits - capacityUnits();
        return new Taken(tokens, left(capacityUnits() - missing, tokenUnits), time(lacking), time(missing));
    }

    /** The same by time: the bucket is full again in so many nanoseconds. */
    Taken takenNanos(int tokens, int least, long missing) {
        long lacking = tokens > 0 ? 0 : missing + nanos(least) - nanos(burst);
        return new Taken(
                tokens, left(nanos(burst) - missing, tokenNanos), Duration.ofNanos(lacking), Duration.ofNanos(missing));
    }

    private static int left(long there, long ofToken) {
        return (int) Math.max(0, there / ofToken);
    }

    private Duration time(long units) {
        return Duration.ofNanos((units + unitsPerMicro - 1) / unitsPerMicro * 1_000);
    }
}
