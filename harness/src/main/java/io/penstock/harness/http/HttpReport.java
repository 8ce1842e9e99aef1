// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What a run saw after its warm-up.
 *
 * @param requests that were to begin, whatever became of them
 * @param errors those without an answer of 2xx
 * @param bodyBytes of all answers
 * @param opened connections, those of the warm-up and those that replace closed ones too
 * @param seconds from the end of the warm-up to the last answer
 * @param latency in microseconds, of every request: in the open loop from its intended begin
 * @param byEnding requests by status, or by what failed
 * @param byBackend answers by {@code x-backend}
 * @param firstError in words, or empty
 */
public record HttpReport(
        HttpPlan plan,
        long requests,
        long errors,
        long bodyBytes,
        long opened,
        double seconds,
        Histogram latency,
        SortedMap<String, Long> byEnding,
        SortedMap<String, Long> byBackend,
        String firstError) {

    public HttpReport {
        byEnding = new TreeMap<>(byEnding);
        byBackend = new TreeMap<>(byBackend);
    }

    /** Requests ended each second. */
    public double reachedPerSecond() {
        return seconds <= 0 ? 0 : requests / seconds;
    }

    /** A percentile of the latency in milliseconds. */
    public double millisAt(double percentile) {
        return latency.getValueAtPercentile(percentile) / 1000.0;
    }
}
