// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/** Adds up outcomes that many threads bring; read when all have ended. */
final class HttpTally {

    private static final long MAX_MICROS = Duration.ofHours(1).toMillis() * 1000;
    private static final int MAX_NAMES = 100;
    private static final String OTHERS = "others";

    private final ConcurrentHistogram latency = new ConcurrentHistogram(1, MAX_MICROS, 3);
    private final Map<String, LongAdder> byEnding = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> byBackend = new ConcurrentHashMap<>();
    private final LongAdder requests = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder bodyBytes = new LongAdder();
    private final AtomicReference<@Nullable String> firstError = new AtomicReference<>();
    private final long fromNanos;
    private final LongAccumulator lastNanos;

    HttpTally(long fromNanos) {
        this.fromNanos = fromNanos;
        this.lastNanos = new LongAccumulator(Math::max, 0);
    }

    /** Counts a request that was to begin after the warm-up. */
    void add(HttpOutcome outcome) {
        if (outcome.intendedNanos() - fromNanos < 0) {
            return;
        }
        requests.increment();
        bodyBytes.add(outcome.bodyBytes());
        latency.recordValue(Math.clamp((outcome.endNanos() - outcome.intendedNanos()) / 1000, 1, MAX_MICROS));
        lastNanos.accumulate(outcome.endNanos() - fromNanos);
        count(byEnding, outcome.ending());
        if (!outcome.backend().isEmpty()) {
            count(byBackend, outcome.backend());
        }
        if (!outcome.succeeded()) {
            errors.increment();
            firstError.compareAndSet(null, outcome.detail().isEmpty() ? outcome.ending() : outcome.detail());
        }
    }

    private static void count(Map<String, LongAdder> counts, String name) {
        var counter = counts.get(name);
        if (counter == null) {
            counter = counts.computeIfAbsent(counts.size() < MAX_NAMES ? name : OTHERS, k -> new LongAdder());
        }
        counter.increment();
    }

    long requests() {
        return requests.sum();
    }

    long errors() {
        return errors.sum();
    }

    HttpReport report(HttpPlan plan, long opened) {
        var first = firstError.get();
        return new HttpReport(
                plan,
                requests(),
                errors(),
                bodyBytes.sum(),
                opened,
                lastNanos.get() / 1e9,
                latency,
                sums(byEnding),
                sums(byBackend),
                first == null ? "" : first);
    }

    private static SortedMap<String, Long> sums(Map<String, LongAdder> counts) {
        var sums = new TreeMap<String, Long>();
        counts.forEach((name, count) -> sums.put(name, count.sum()));
        return sums;
    }
}
