// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.wire.TlsFailures;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DialerTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private static UpstreamConfig agingAfterAnHour() {
        return ConfigReader.read("""
                        listeners: [{name: main, port: 0}]
                        routes: [{name: all, cluster: a}]
                        clusters: [{name: a, endpoints: ["a:1"], upstream: {max-age: 1h}}]
                        """, Map.of()).clusters().getFirst().upstream();
    }

    /** Of 10000 the youngest and the oldest are so far apart but for one run in 10^220. */
    @Test
    void letsConnectionsLiveATenthLongerOrShorter() {
        Dialer dialer = new Dialer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                "a",
                agingAfterAnHour(),
                null,
                new ConnectionBudget(1),
                new TlsFailures());

        var ages = LongStream.generate(dialer::jitteredAgeNanos).limit(10_000).summaryStatistics();

        assertThat(ages.getMin()).isBetween(HOUR / 10 * 9, HOUR / 100 * 91);
        assertThat(ages.getMax()).isBetween(HOUR / 100 * 109, HOUR / 10 * 11);
        assertThat(ages.getAverage()).isBetween(HOUR * 0.99, HOUR * 1.01);
    }
}
