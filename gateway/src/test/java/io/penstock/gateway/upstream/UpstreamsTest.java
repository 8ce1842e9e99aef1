// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.lookup.Lookups;
import io.penstock.gateway.upstream.cluster.TestDownstream;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Targets that refuse connections, so that each attempt counts and nothing stays open. */
@Timeout(20)
class UpstreamsTest {
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

    /** What an exchange with this address ends with: on port 1 nobody listens. */
    private @Nullable Cause call(Upstreams upstreams, String address) {
        TestDownstream downstream = new TestDownstream();
        Exchange exchange = downstream.exchange("GET");
        exchange.cluster("jobs");
        SingleTarget target = new SingleTarget(upstreams, new InetSocketAddress(address, 1), address, config);
        exchange.upstream(target);
        downstream.offload(() -> target.open(exchange));
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
