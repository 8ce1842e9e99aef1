// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.changes;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What a run saw.
 *
 * @param changes that were written
 * @param seen for each node, in microseconds, from the begin of a write to the begin of the first answer that shows it
 * @param quiet latency of the load without changes, in microseconds
 * @param changing the same with changes
 * @param errors requests, writes and changes that failed
 * @param firstError in words, or empty
 */
public record ChangesReport(
        long changes, List<Histogram> seen, Histogram quiet, Histogram changing, long errors, String firstError) {

    public ChangesReport {
        seen = List.copyOf(seen);
    }

    /** Of all nodes. */
    public Histogram all() {
        Histogram all = new Histogram(3);
        seen.forEach(all::add);
        return all;
    }

    /** A percentile in milliseconds. */
    public static double millis(Histogram of, double percentile) {
        return of.getValueAtPercentile(percentile) / 1000.0;
    }
}
