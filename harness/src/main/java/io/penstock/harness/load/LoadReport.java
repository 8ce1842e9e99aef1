// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What a load run saw after its warm-up.
 *
 * @param requests calls that ended, whatever their status
 * @param unsent calls whose time to begin had come and that could not begin before the run was over; they are in the
 *     histogram with the wait they had so far
 * @param errors calls that did not end with OK
 * @param seconds from the first intended begin to the last end
 * @param latency in microseconds from the intended begin
 * @param byStatus calls by gRPC status
 * @param byBackend calls by the answer's {@code x-backend}
 * @param firstError the first status message of an error, or empty
 */
public record LoadReport(
        LoadPlan plan,
        long requests,
        long unsent,
        long errors,
        double seconds,
        Histogram latency,
        Map<String, Long> byStatus,
        Map<String, Long> byBackend,
        String firstError) {

    public LoadReport {
        byStatus = Map.copyOf(byStatus);
        byBackend = Map.copyOf(byBackend);
    }

    /** Calls ended each second. */
    public double reachedPerSecond() {
        return seconds <= 0 ? 0 : requests / seconds;
    }

    /** A percentile of the latency in milliseconds. */
    public double millisAt(double percentile) {
        return latency.getValueAtPercentile(percentile) / 1000.0;
    }

    /** Calls by status, in order of name. */
    public Map<String, Long> sortedStatus() {
        return new TreeMap<>(byStatus);
    }

    /** Calls by backend, in order of name. */
    public Map<String, Long> sortedBackends() {
        return new TreeMap<>(byBackend);
    }
}
