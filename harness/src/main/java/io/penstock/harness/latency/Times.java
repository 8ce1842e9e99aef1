// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;

/** What was measured up to now. One thread records; any thread may ask how much it was. */
final class Times {

    private final Map<Effect, Histogram> histograms = new EnumMap<>(Effect.class);
    private final AtomicInteger recorded = new AtomicInteger();

    /** Takes both instants from {@link System#nanoTime}. */
    void record(Effect effect, long from, long to) {
        histograms
                .computeIfAbsent(
                        effect, any -> new Histogram(Duration.ofMinutes(1).toNanos() / 1000, 3))
                .recordValue(Math.max(0, to - from) / 1000);
        recorded.incrementAndGet();
    }

    int recorded() {
        return recorded.get();
    }

    Map<Effect, Histogram> histograms() {
        return histograms;
    }
}
