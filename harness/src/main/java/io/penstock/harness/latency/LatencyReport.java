// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

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

    /** How many of them took longer than this many milliseconds. */
    public static long above(Histogram histogram, long millis) {
        return histogram.getTotalCount() - histogram.getCountBetweenValues(0, millis * 1000);
    }
}
