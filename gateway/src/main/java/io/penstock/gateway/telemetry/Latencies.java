// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * A histogram of durations with fixed buckets: five to each factor of ten (1, 2, 3, 5, 7), from 50 µs to 60 s.
 *
 * <p>Safe for any number of threads; {@link #record} touches two adders and nothing else. The bounds are those that people write
 * into objectives (100 ms, 500 ms), which exact powers of two would miss; an estimate between two bounds is off by less than half.
 */
final class Latencies {
    private static final long[] BOUNDS_MICROS = {
        50,
        70,
        100,
        200,
        300,
        500,
        700,
        1_000,
        2_000,
        3_000,
        5_000,
        7_000,
        10_000,
        20_000,
        30_000,
        50_000,
        70_000,
        100_000,
        200_000,
        300_000,
        500_000,
        700_000,
        1_000_000,
        2_000_000,
        3_000_000,
        5_000_000,
        7_000_000,
        10_000_000,
        20_000_000,
        30_000_000,
        60_000_000
    };

    /** Bounds in seconds; each is included in its bucket. */
    static final List<Double> BOUNDS_SECONDS = boundsSeconds();

    /** For a number of leading zeros of the micros, the first bucket that such a value can be in. */
    private static final byte[] FIRST_BUCKET = firstBuckets();

    private final LongAdder[] buckets = new LongAdder[BOUNDS_MICROS.length + 1];
    private final LongAdder sumNanos = new LongAdder();

    Latencies() {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = new LongAdder();
        }
    }

    void record(long nanos) {
        long positive = Math.max(0, nanos);
        buckets[bucket((positive + 999) / 1_000)].increment();
        sumNanos.add(positive);
    }

    double sumSeconds() {
        return sumNanos.sum() / 1e9;
    }

    /** One count for each bound and one for what is above them all. */
    List<Long> counts() {
        var counts = new ArrayList<Long>(buckets.length);
        for (LongAdder bucket : buckets) {
            counts.add(bucket.sum());
        }
        return counts;
    }

    /** The bucket of a duration that was rounded up to micros. */
    static int bucket(long micros) {
        int bucket = FIRST_BUCKET[Long.numberOfLeadingZeros(micros)];
        while (bucket < BOUNDS_MICROS.length && micros > BOUNDS_MICROS[bucket]) {
            bucket++;
        }
        return bucket;
    }

    private static List<Double> boundsSeconds() {
        var bounds = new ArrayList<Double>();
        for (long micros : BOUNDS_MICROS) {
            bounds.add(micros / 1e6);
        }
        return List.copyOf(bounds);
    }

    private static byte[] firstBuckets() {
        var first = new byte[65];
        for (int zeros = 0; zeros <= 64; zeros++) {
            long smallest = zeros == 64 ? 0 : Long.MIN_VALUE >>> zeros;
            byte bucket = 0;
            while (zeros > 0 && bucket < BOUNDS_MICROS.length && smallest > BOUNDS_MICROS[bucket]) {
                bucket++;
            }
            first[zeros] = bucket;
        }
        return first;
    }
}
