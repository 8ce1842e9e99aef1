// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.store.RedisProcess;
import io.penstock.harness.latency.Effect;
import io.penstock.harness.latency.LatencyPlan;
import io.penstock.harness.latency.LatencyReport;
import io.penstock.harness.latency.LatencyRun;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels and changed targets take effect, and each byte of a body passes without the next one. How soon is measured here too and
 * printed, and not judged below a second: the machine may be busy. {@code scripts/bench latency} measures it for the figures.
 */
@Timeout(60)
class PromptnessTest {
    private static final Logger LOG = LoggerFactory.getLogger(PromptnessTest.class);
    private static final double BOUND_MILLIS = 1000;

    @TempDir
    static Path folder;

    @Test
    void passesCancelsAndBytesOnAndFollowsAPlainSet() throws Exception {
        int rounds = 100;
        try (RedisProcess redis = RedisProcess.start(folder);
                LocalGateway gateway = LocalGateway.start("""
                        listeners: [{name: public, address: 127.0.0.1, port: 0}]
                        routes: [{name: all, lookup: job}, {name: bodies, path-prefix: /bodies, lookup: http1}]
                        lookups:
                          - {name: job, store: jobs, key: "${jobid}"}
                          - {name: http1, store: jobs, key: "${jobid}", upstream: {protocol: http1}}
                        stores: [{name: jobs, redis: {url: "%s"}}]
                        admin: {port: 0}
                        access-log: {output: none}
                        """.formatted(redis.url()))) {
            var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), redis.port());

            var plan = new LatencyPlan(
                    gateway.address(), at, "j-1", Optional.of("/bodies"), rounds, Duration.ofSeconds(20));
            LatencyReport report = new LatencyRun(plan).run();

            assertThat(report.times()).containsOnlyKeys(Effect.values());
            report.times().forEach((effect, times) -> {
                show(effect, times);
                assertThat(times.getTotalCount()).as(effect.row()).isEqualTo(rounds);
                assertThat(LatencyReport.millisAt(times, 50)).as(effect.row()).isLessThan(BOUND_MILLIS);
            });
        }
    }

    private static void show(Effect effect, Histogram histogram) {
        LOG.info(
                "{}: p50 {} ms, p99 {} ms, max {} ms",
                effect.row(),
                LatencyReport.millisAt(histogram, 50),
                LatencyReport.millisAt(histogram, 99),
                LatencyReport.millisAt(histogram, 100));
    }
}
