// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.store.RedisProcess;
import io.penstock.harness.latency.LatencyPlan;
import io.penstock.harness.latency.LatencyReport;
import io.penstock.harness.latency.LatencyRun;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels and changed targets take effect. How soon is measured here too and printed, and not judged below a second: the machine may
 * be busy. {@code scripts/bench latency} measures it for the figures.
 */
@Timeout(60)
class PromptnessTest {
    private static final Logger LOG = LoggerFactory.getLogger(PromptnessTest.class);
    private static final double BOUND_MILLIS = 1000;

    @TempDir
    static Path folder;

    @Test
    void tellsTheUpstreamOfCancelsAndFollowsAPlainSet() throws Exception {
        int rounds = 100;
        try (RedisProcess redis = RedisProcess.start(folder);
                LocalGateway gateway = LocalGateway.start("""
                        listeners: [{name: public, address: 127.0.0.1, port: 0}]
                        routes: [{name: all, lookup: job}]
                        lookups: [{name: job, store: jobs, key: "${jobid}"}]
                        stores: [{name: jobs, redis: {url: "%s"}}]
                        admin: {port: 0}
                        access-log: {output: none}
                        """.formatted(redis.url()))) {
            var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), redis.port());

            LatencyReport report =
                    new LatencyRun(new LatencyPlan(gateway.address(), at, "j-1", rounds, Duration.ofSeconds(20))).run();

            show("cancel to upstream", report.cancels());
            show("SET to call", report.changes());
            assertThat(report.cancels().getTotalCount()).isEqualTo(rounds);
            assertThat(report.changes().getTotalCount()).isEqualTo(rounds);
            assertThat(LatencyReport.millisAt(report.cancels(), 50)).isLessThan(BOUND_MILLIS);
            assertThat(LatencyReport.millisAt(report.changes(), 50)).isLessThan(BOUND_MILLIS);
        }
    }

    private static void show(String what, Histogram histogram) {
        LOG.info(
                "{}: p50 {} ms, p99 {} ms, max {} ms",
                what,
                LatencyReport.millisAt(histogram, 50),
                LatencyReport.millisAt(histogram, 99),
                LatencyReport.millisAt(histogram, 100));
    }
}
