// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LatencyReportTest {
    private static final Duration PROMISE = Duration.ofMillis(50);

    /** As many as said at 1 ms, and two at 60 ms. */
    private static Histogram withTwoLateOnes(int quick) {
        Histogram histogram = new Histogram(3);
        histogram.recordValueWithCount(1_000, quick);
        histogram.recordValueWithCount(60_000, 2);
        return histogram;
    }

    private static LatencyReport report(Histogram cancels, Histogram uploads) {
        return new LatencyReport(Map.of(Effect.CANCEL, cancels, Effect.UPLOAD, uploads), 0);
    }

    @Test
    void isInTimeWhenNinetyNineOfAHundredAre() {
        var report = report(withTwoLateOnes(198), withTwoLateOnes(500));

        assertThat(report.late(PROMISE)).isEmpty();
    }

    @Test
    void saysWhichKindIsLate() {
        assertThat(report(withTwoLateOnes(100), withTwoLateOnes(500)).late(PROMISE))
                .singleElement()
                .asString()
                .startsWith("99 of 100 cancels reached the upstream within 60.")
                .endsWith(" ms, expected 50.000 ms");
        assertThat(report(withTwoLateOnes(500), withTwoLateOnes(100)).late(PROMISE))
                .singleElement()
                .asString()
                .startsWith("99 of 100 bytes over HTTP/1.1 reached the upstream within 60.");
    }
}
