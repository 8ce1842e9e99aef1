// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.lookup.Lookups;
import io.penstock.gateway.upstream.cluster.TestDownstream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Targets that refuse connections, so that each attempt counts and nothing stays open. */
@Timeout(20)
public class UpstreamsTest {
    private final UpstreamConfig config = Lookups.config("${jobid}").upstream();

    @Test
    void keepsTheCountsOfEndpointsThatNobodyUsesAnyMore() {
        Upstreams upstreams = new Upstreams(10);
        assertThat(call(upstreams, "127.0.0.1")).isEqualTo(Cause.CONNECT_REFUSED);
        assertThat(call(upstreams, "127.0.0.2")).isEqualTo(Cause.CONNECT_REFUSED);
        assertThat(rows(upstreams)).containsExactly("127.0.0.1:1 2", "127.0.0.2:1 2");

        passUnused(upstreams);
        assertThat(rows(upstreams)).containsExactly("former 4");

        call(upstreams, "127.0.0.1");
        assertThat(rows(upstreams)).containsExactly("127.0.0.1:1 2", "former 4");

        passUnused(upstreams);
        assertThat(rows(upstreams)).containsExactly("former 6");
        assertThat(upstreams.report())
                .allSatisfy(report -> assertThat(report.user()).isEqualTo("jobs"));
    }

    @Test
    void refusesOneEndpointMoreThanItHolds() {
        Upstreams upstreams = new Upstreams(10, 2);
        call(upstreams, "127.0.0.1");
        call(upstreams, "127.0.0.2");

        assertThat(call(upstreams, "127.0.0.3")).isEqualTo(Cause.OVERLOADED);
        assertThat(call(upstreams, "127.0.0.2")).isEqualTo(Cause.CONNECT_REFUSED);

        passUnused(upstreams);
        assertThat(call(upstreams, "127.0.0.3")).isEqualTo(Cause.CONNECT_REFUSED);
    }

    /** A pool that was given up is not looked at any more: who waited there would wait without a limit. The counts tell where it was. */
    @ParameterizedTest
    @ValueSource(strings = {"h2c", "http1", "auto, tls: {}"})
    void opensInAnotherPoolWhatCameToOneThatWasGivenUpMeanwhile(String protocol) {
        Upstreams upstreams = new Upstreams(10);
        UpstreamConfig config = speaking(protocol);
        call(upstreams, "127.0.0.1", config, () -> {});

        assertThat(call(upstreams, "127.0.0.1", config, () -> passUnused(upstreams)))
                .isEqualTo(Cause.CONNECT_REFUSED);

        // both attempts were made in the new pool; the old one may have dialled once more before it was given up
        assertThat(rows(upstreams)).hasSize(2).first().isEqualTo("127.0.0.1:1 2");
        assertThat(rows(upstreams)).last().asString().startsWith("former ");
    }

    public static UpstreamConfig speaking(String protocol) {
        return ConfigReader.read("""
                        listeners: [{name: main, port: 0}]
                        routes: [{name: all, cluster: a}]
                        clusters: [{name: a, endpoints: ["a:1"], upstream: {protocol: %s}}]
                        """.formatted(protocol), Map.of())
                .clusters()
                .getFirst()
                .upstream();
    }

    private @Nullable Cause call(Upstreams upstreams, String address) {
        return call(upstreams, address, config, () -> {});
    }

    /** What an exchange with this address ends with: on port 1 nobody listens. */
    private static @Nullable Cause call(
            Upstreams upstreams, String address, UpstreamConfig config, Runnable betweenFoundAndUsed) {
        TestDownstream downstream = new TestDownstream();
        Exchange exchange = downstream.exchange("GET");
        exchange.cluster("jobs");
        SingleTarget target = new SingleTarget(upstreams, new InetSocketAddress(address, 1), address, config);
        exchange.upstream(target);
        downstream.offload(() -> {
            downstream.beforeStep(betweenFoundAndUsed);
            target.open(exchange);
        });
        return exchange.cause();
    }

    private static void passUnused(Upstreams upstreams) {
        upstreams.upkeep(System.nanoTime() + Upstreams.KEEP_UNUSED_NANOS + 1_000_000_000L);
    }

    private static List<String> rows(Upstreams upstreams) {
        return upstreams.report().stream()
                .map(report -> report.target() + " " + report.connectFailures())
                .toList();
    }
}
