// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run saw.
 *
 * @param times microseconds, each round one, of all that was measured, in the order of {@link Effect}
 * @param oldAnswers calls after a {@code SET} that the old target still answered
 */
public record LatencyReport(Map<Effect, Histogram> times, long oldAnswers) {

    public LatencyReport {
        times = Collections.unmodifiableMap(new EnumMap<>(times));
    }

    /** A percentile in milliseconds. */
    public static double millisAt(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1000.0;
    }

    /** A sentence for each effect whose 99th percentile is above this time. */
    public List<String> late(Duration most) {
        List<String> sentences = new ArrayList<>();
        times.forEach((effect, histogram) -> {
            if (histogram.getValueAtPercentile(99) > most.toNanos() / 1000) {
                sentences.add(String.format(
                        Locale.ROOT,
                        "99 of 100 %s within %.3f ms, expected %.3f ms",
                        effect.sentence(),
                        millisAt(histogram, 99),
                        most.toNanos() / 1e6));
            }
        });
        return sentences;
    }

    /** How many of them took longer than this many milliseconds. */
    public static long above(Histogram histogram, long millis) {
        return histogram.getTotalCount() - histogram.getCountBetweenValues(0, millis * 1000);
    }
}
