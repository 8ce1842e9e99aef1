// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * What a run saw.
 *
 * @param cancels microseconds from writing RST_STREAM to reading it at the upstream, each round one
 * @param changes microseconds from Redis' answer to {@code SET} to the first whole answer from the new target, each round one
 * @param oldAnswers calls after a {@code SET} that the old target still answered
 */
public record LatencyReport(Histogram cancels, Histogram changes, long oldAnswers) {

    /** A percentile in milliseconds. */
    public static double millisAt(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1000.0;
    }

    /** A sentence for each kind whose 99th percentile is above this time. */
    public List<String> late(Duration most) {
        List<String> sentences = new ArrayList<>();
        late("cancels reached the upstream", cancels, most, sentences);
        late("SETs took effect", changes, most, sentences);
        return sentences;
    }

    private static void late(String what, Histogram histogram, Duration most, List<String> sentences) {
        if (histogram.getValueAtPercentile(99) > most.toNanos() / 1000) {
            sentences.add(String.format(
                    Locale.ROOT,
                    "99 of 100 %s within %.3f ms, expected %.3f ms",
                    what,
                    millisAt(histogram, 99),
                    most.toNanos() / 1e6));
        }
    }

    /** How many of them took longer than this many milliseconds. */
    public static long above(Histogram histogram, long millis) {
        return histogram.getTotalCount() - histogram.getCountBetweenValues(0, millis * 1000);
    }
}
