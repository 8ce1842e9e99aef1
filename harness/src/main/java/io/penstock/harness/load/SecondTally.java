// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import io.grpc.Status;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Counts the calls of one second. Thread-safe: its monitor guards it. */
final class SecondTally {
    private static final long MAX_MICROS = 600_000_000;
    private static final int MAX_CAUSES = 50;

    private final Histogram latency = new Histogram(1, MAX_MICROS, 2);
    private final Map<String, Long> failed = new TreeMap<>();
    private long ok;
    private long unsent;
    private int inFlight;
    private long crowded;
    private long lateNanos;

    synchronized void begun(long late, int together, boolean above) {
        lateNanos = Math.max(lateNanos, late);
        inFlight = Math.max(inFlight, together);
        crowded += above ? 1 : 0;
    }

    synchronized void ended(long nanos, Status status, String cause) {
        latency.recordValue(Math.clamp(nanos / 1000, 1, MAX_MICROS));
        if (status.isOk()) {
            ok++;
            return;
        }
        var told = cause.isEmpty() ? status.getCode().name().toLowerCase(Locale.ROOT) : cause;
        if (failed.containsKey(told) || failed.size() < MAX_CAUSES) {
            failed.merge(told, 1L, Long::sum);
        }
    }

    synchronized void unsent() {
        unsent++;
    }

    synchronized LoadSecond sum(int second, long atMillis) {
        return new LoadSecond(
                second,
                atMillis,
                ok,
                unsent,
                failed,
                millisAt(50),
                millisAt(99),
                millisAt(100),
                inFlight,
                crowded,
                lateNanos / 1e6);
    }

    private double millisAt(double percentile) {
        return latency.getValueAtPercentile(percentile) / 1000.0;
    }
}
