// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.exchange.MemoryUse;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WaitingBytesTest {
    private static final String TWO_LISTENERS = """
            listeners:
              - {name: both, port: 1, max-connections: 100, http2: {max-concurrent-streams: 10, max-head-bytes: 16KiB,
                 stream-window-bytes: 128KiB}}
              - {name: old, port: 2, protocols: [http1], max-connections: 8, http1: {max-head-bytes: 16KiB}}
            routes: [{name: all, cluster: a}]
            clusters: [{name: a, endpoints: ["a:1"], upstream: {replay-bytes: 64KiB, http2: {stream-window-bytes: 256KiB}}}]
            """;

    @Test
    void countsNoMoreConnectionsThanThereAreDescriptorsFor() {
        WaitingBytes.Report report = WaitingBytes.report(ConfigReader.read(TWO_LISTENERS, Map.of()), 40, 1L << 30);

        assertThat(report.lines().getFirst()).endsWith("(20 connections x 10 streams x 464 KiB)");
        assertThat(report.lines().getLast()).contains("(8 connections x 1 streams");
        assertThat(report.warning()).isEmpty();
    }

    @Test
    void warnsWhenTheHeapIsSmallerThanWhatMayWait() {
        WaitingBytes.Report report = WaitingBytes.report(ConfigReader.read(TWO_LISTENERS, Map.of()), 1000, 64L << 20);

        assertThat(report.lines())
                .containsExactly(
                        "listener both: slow peers can fill the heap of 64 MiB: 141 streams of 464 KiB do, and 100"
                                + " connections x 10 streams are allowed",
                        "listener old: at most 3.0 MiB wait for slow peers (8 connections x 1 streams x 384 KiB)");
        assertThat(report.warning())
                .hasValueSatisfying(text -> assertThat(text)
                        .startsWith(
                                "warning: slow peers can take more than the heap of 64 MiB: lower max-connections"));
    }

    @Test
    void countsWhatTheExchangesInFlightMayHaveWaiting() {
        WaitingBytes both =
                WaitingBytes.of(ConfigReader.read(TWO_LISTENERS, Map.of()), 40).getFirst();

        assertThat(both.use(3))
                .isEqualTo(new MemoryUse(
                        "listener", "both", MemoryUse.Unit.BYTES, 3 * 464 * 1024, 40 * 10 * 464 * 1024, 0));
    }
}
