// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.cluster.EndpointConfig;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.config.route.RouteConfig;
import io.penstock.gateway.config.route.TargetConfig;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShippedFilesTest {
    private static final Path JOBID = Path.of("config", "jobid.yaml");
    private static final Path PROXY = Path.of("config", "proxy.yaml");

    @Test
    void jobidLooksTargetsUpInTheEmbeddedStore() {
        GatewayConfig config = ConfigReader.read(JOBID, Map.of());

        assertThat(config.listeners()).extracting(ListenerConfig::port).containsExactly(8091);
        assertThat(config.listeners().get(0).tls()).isEmpty();
        assertThat(config.admin()).isEqualTo(new AdminConfig("127.0.0.1", 9901, List.of()));
        assertThat(config.routes())
                .extracting(RouteConfig::action)
                .isEqualTo(List.of(new TargetConfig.LookupTarget("job")));
        assertThat(config.lookups()).extracting(LookupConfig::key).containsExactly("${jobid}");
        assertThat(config.stores().get(0).redis()).isEmpty();
        assertThat(config.stores().get(0).embedded().seed())
                .isEqualTo(Map.of("demo-1", "127.0.0.1:9101", "demo-2", "127.0.0.1:9102", "web-1", "127.0.0.1:9103"));
    }

    @Test
    void jobidLooksTargetsUpInRedisWhenItIsGiven() {
        var environment = Map.of("REDIS_URL", "redis://cache:6379", "PORT", "0", "ADMIN_PORT", "0");

        GatewayConfig config = ConfigReader.read(JOBID, environment);

        assertThat(config.stores().get(0).redis().orElseThrow().url()).isEqualTo("redis://cache:6379");
        assertThat(config.listeners().get(0).port()).isZero();
        assertThat(config.admin().port()).isZero();
    }

    @Test
    void proxySendsEverythingToOneUpstream() {
        GatewayConfig config = ConfigReader.read(PROXY, Map.of());
        GatewayConfig moved = ConfigReader.read(PROXY, Map.of("UPSTREAM", "[::1]:7", "PORT", "1"));

        assertThat(config.listeners()).extracting(ListenerConfig::port).containsExactly(8080);
        assertThat(config.routes().get(0).match().path().text()).isEqualTo("/");
        assertThat(config.clusters().get(0).endpoints())
                .extracting(EndpointConfig::address)
                .containsExactly("127.0.0.1:9001");
        assertThat(config.clusters().get(0).upstream().protocol()).isEqualTo(UpstreamConfig.Protocol.HTTP1);
        assertThat(moved.clusters().get(0).endpoints())
                .extracting(EndpointConfig::address)
                .containsExactly("[::1]:7");
        assertThat(moved.listeners()).extracting(ListenerConfig::port).containsExactly(1);
    }
}
