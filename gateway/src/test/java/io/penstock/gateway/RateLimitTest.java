// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits that each node counts for itself, on each way an exchange is served. */
@Timeout(60)
class RateLimitTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private static String yaml(String limit) {
        return """
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes:
                  - {name: all, path-prefix: /, cluster: origin, filters: [limit]}
                  - {name: other, path-prefix: /other, cluster: origin, filters: [limit]}
                  - {name: free, path-prefix: /free, cluster: origin}
                clusters: [{name: origin, endpoints: ["${GOOD}"], upstream: {protocol: h2c}}]
                filters: [{name: limit, rate-limit: {%s}}]
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(limit);
    }

    private RunningGateway gateway(String limit) {
        HostileOrigin origin = HostileOrigin.reformed();
        open.add(origin);
        RunningGateway gateway = RunningGateway.with(yaml(limit))
                .variable("GOOD", origin.address())
                .start();
        open.add(gateway);
        return gateway;
    }

    private CauseCaller caller(RunningGateway gateway, Way way) {
        CauseCaller caller = CauseCaller.of(way, gateway);
        open.add(caller);
        if (way == Way.HTTP1_AGAIN) {
            caller.ask("/free");
            caller.ask("/free");
            gateway.ended();
            gateway.ended();
        }
        return caller;
    }

    private static String page(RunningGateway gateway, String path) throws IOException {
        URI page = URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + path);
        try (InputStream in = page.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** By what every caller is told. */
    private static boolean served(Seen seen) {
        return seen.status() == 200 && seen.grpcStatus() != 8;
    }

    private static long served(CauseCaller caller, int count, String path, String... fields) {
        long served = 0;
        for (int i = 0; i < count; i++) {
            served += served(caller.ask(path, fields)) ? 1 : 0;
        }
        return served;
    }

    @ParameterizedTest
    @EnumSource
    void refusesWhatIsTooMuchAndLeavesTheConnectionUsable(Way way) {
        RunningGateway gateway = gateway("layers: [{rate: 1/h, burst: 3}]");
        CauseCaller caller = caller(gateway, way);
        for (int i = 0; i < 3; i++) {
            assertThat(caller.ask("/a").cause()).isNull();
            gateway.ended();
        }

        Seen refused = caller.ask("/a");

        assertThat(refused.cause()).isEqualTo("rate-limited");
        assertThat(refused.status()).isEqualTo(way == Way.GRPC ? 200 : 429);
        assertThat(refused.grpcStatus()).isEqualTo(way == Way.GRPC ? 8 : Exchange.NONE);
        assertThat(refused.whole()).isTrue();
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).isEqualTo(Cause.RATE_LIMITED);
        assertThat(exchange.attempts()).isZero();
        assertThat(exchange.detail()).contains("limit has 1/h, burst 3");
        assertThat(caller.reusable()).isTrue();
        assertThat(caller.ask("/free").status()).isEqualTo(200);
    }

    @Test
    void tellsCallersOfTheirLimitsAndWhenToComeAgain() {
        RunningGateway gateway = gateway("layers: [{name: all, rate: 1/h, burst: 2}, {name: fast, rate: 100/s}]");
        FramePeer client = gateway.client();

        WireFrame first = client.awaitHead(client.get("/a"));
        WireFrame second = client.awaitHead(client.get("/a"));
        WireFrame third = client.awaitHead(client.get("/a"));

        assertThat(first.status()).isEqualTo("200");
        assertThat(first.value("ratelimit-policy")).isEqualTo("\"limit/all\";q=2;w=7200, \"limit/fast\";q=100;w=1");
        assertThat(first.value("ratelimit")).startsWith("\"limit/all\";r=1;t=3600, \"limit/fast\";r=99;t=1");
        assertThat(first.value("retry-after")).isNull();
        assertThat(second.value("ratelimit")).startsWith("\"limit/all\";r=0;t=7200, ");
        assertThat(third.status()).isEqualTo("429");
        assertThat(third.value("retry-after")).isIn("3600", "3599", "3598");
        assertThat(third.value("ratelimit")).startsWith("\"limit/all\";r=0;t=7");
    }

    @Test
    void pushesGrpcCallersBack() {
        RunningGateway gateway = gateway("layers: [{rate: 1/h, burst: 1}], fields: refused");
        FramePeer client = gateway.client();
        client.awaitHead(client.grpc());

        WireFrame refused = client.awaitHead(client.grpc());

        assertThat(refused.end()).isTrue();
        assertThat(refused.status()).isEqualTo("200");
        assertThat(refused.value("grpc-status")).isEqualTo("8");
        assertThat(Long.parseLong(refused.value("grpc-retry-pushback-ms"))).isBetween(3_500_000L, 3_600_000L);
        assertThat(refused.value("retry-after")).isNull();
        assertThat(refused.value("ratelimit")).startsWith("\"limit\";r=0;t=");
    }

    @ParameterizedTest
    @CsvSource({"always, true, true", "refused, false, true", "never, false, false"})
    void saysWhatTheConfigurationWantsToBeSaid(String fields, boolean served, boolean refused) {
        RunningGateway gateway = gateway("layers: [{rate: 1/h, burst: 1}], fields: " + fields);
        FramePeer client = gateway.client();

        WireFrame first = client.awaitHead(client.get("/a"));
        WireFrame second = client.awaitHead(client.get("/a"));

        assertThat(first.value("ratelimit") != null).isEqualTo(served);
        assertThat(second.value("ratelimit") != null).isEqualTo(refused);
        assertThat(second.value("ratelimit-policy") != null).isEqualTo(refused);
        assertThat(second.value("retry-after")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "client | x-forwarded-for | 10.0.0.1 | 10.0.0.2",
                "client | x-forwarded-for | 2001:db8::1 | 2001:db8:0:1::1",
                "header:x-user | x-user | anna | bert",
                "cookie:sid | cookie | a=1; sid=2; b=3 | a=1; sid=3; b=3",
            })
    void countsForEachKey(String key, String field, String one, String other) {
        RunningGateway gateway = gateway("layers: [{key: ['" + key + "'], rate: 1/h, burst: 2}]");
        CauseCaller caller = caller(gateway, Way.HTTP2);

        assertThat(served(caller, 4, "/a", field, one)).isEqualTo(2);
        assertThat(served(caller, 4, "/a", field, other)).isEqualTo(2);
        assertThat(served(caller, 1, "/other", field, other)).isZero();
    }

    @Test
    void takesAnIpv6NetworkForOneClient() {
        RunningGateway gateway = gateway("layers: [{key: [client], rate: 1/h, burst: 2}]");
        CauseCaller caller = caller(gateway, Way.HTTP1);

        assertThat(served(caller, 2, "/a", "x-forwarded-for", "2001:db8::1")).isEqualTo(2);
        assertThat(served(caller, 1, "/a", "x-forwarded-for", "2001:db8::ffff:1"))
                .isZero();
    }

    @Test
    void countsForCombinations() {
        RunningGateway gateway =
                gateway("layers: [{key: [route, 'header:x-user', 'constant:v1'], rate: 1/h, burst: 1}]");
        CauseCaller caller = caller(gateway, Way.HTTP2);

        assertThat(served(caller, 2, "/a", "x-user", "anna")).isEqualTo(1);
        assertThat(served(caller, 2, "/a", "x-user", "bert")).isEqualTo(1);
        assertThat(served(caller, 2, "/other", "x-user", "anna")).isEqualTo(1);
        assertThat(served(caller, 2, "/other")).isEqualTo(1);
    }

    /** What costs three takes three. */
    @Test
    void takesAsManyTokensAsARequestCosts() {
        RunningGateway gateway = gateway("layers: [{rate: 1/h, burst: 7, cost: 3}]");

        assertThat(served(caller(gateway, Way.HTTP2), 5, "/a")).isEqualTo(2);
    }

    /** A client that runs into its own limit uses nothing up of the one for all. */
    @Test
    void putsBackWhatAnotherLayerRefuses() throws Exception {
        RunningGateway gateway =
                gateway("layers: [{name: all, rate: 1/h, burst: 5}, {name: each, key: [client], rate: 1/h, burst: 2}]");
        CauseCaller caller = caller(gateway, Way.HTTP2);

        assertThat(served(caller, 50, "/a", "x-forwarded-for", "10.0.0.1")).isEqualTo(2);
        assertThat(served(caller, 50, "/a", "x-forwarded-for", "10.0.0.2")).isEqualTo(2);
        assertThat(served(caller, 50, "/a", "x-forwarded-for", "10.0.0.3")).isEqualTo(1);
        assertThat(served(caller, 50, "/a", "x-forwarded-for", "10.0.0.4")).isZero();

        assertThat(page(gateway, "/metrics"))
                .contains("gateway_rate_limit_hits_total{rule=\"limit/each\"} 96.0\n")
                .contains("gateway_rate_limit_hits_total{rule=\"limit/all\"} 99.0\n");
    }

    @Test
    void showsWhomItRefusedMost() throws Exception {
        RunningGateway gateway = gateway("layers: [{key: [client, 'header:x-key'], rate: 1/h, burst: 1}]");
        CauseCaller caller = caller(gateway, Way.HTTP2);
        served(caller, 3, "/a", "x-forwarded-for", "10.0.0.1", "x-key", "secret");
        served(caller, 9, "/a", "x-forwarded-for", "10.0.0.2");

        assertThat(page(gateway, "/v1/limits"))
                .isEqualTo(
                        "{\"limits\":[{\"filter\":\"limit\",\"rules\":[{\"rule\":\"limit\",\"limit\":\"1/h\","
                                + "\"hits\":10,\"busiest\":[{\"key\":\"limit client=10.0.0.2 header:x-key=\",\"hits\":8},"
                                + "{\"key\":\"limit client=10.0.0.1 header:x-key=2bb80d537b1da3e38bd30361aa855686\",\"hits\":2}]}]}]}\n");
        assertThat(page(gateway, "/v1/memory"))
                .contains(
                        "{\"part\":\"filter\",\"name\":\"limit\",\"unit\":\"entries\",\"used\":2,\"capacity\":1000000,");
    }

    @Test
    void reportsWithoutRefusing() throws Exception {
        RunningGateway gateway = gateway("layers: [{rate: 1/h, burst: 2}], mode: report");
        CauseCaller caller = caller(gateway, Way.GRPC);

        assertThat(served(caller, 10, "/a")).isEqualTo(10);
        assertThat(page(gateway, "/metrics")).contains("gateway_rate_limit_hits_total{rule=\"limit\"} 8.0\n");
    }

    @Test
    void tokensComeBack() {
        RunningGateway gateway = gateway("layers: [{rate: 20/s, burst: 1}]");
        CauseCaller caller = caller(gateway, Way.HTTP2);
        caller.ask("/a");

        Await.until("another", SOON, () -> served(caller.ask("/a")));
    }

    @Test
    void explainsWithoutTakingATokens() {
        RunningGateway gateway = gateway("layers: [{key: [client], rate: 1/h, burst: 2}]");
        FramePeer client = gateway.client();
        for (int i = 0; i < 5; i++) {
            assertThat(explained(client)).contains("limit: 1/h, burst 2 for [limit client=127.0.0.1]: 2 left");
        }
        client.awaitHead(client.get("/a"));
        assertThat(explained(client)).contains(": 1 left");
        client.awaitHead(client.get("/a"));

        assertThat(explained(client)).contains("limit: refused: rate-limited");
    }

    private static String explained(FramePeer client) {
        int stream = client.get("/a", "x-penstock-explain", "1");
        client.awaitHead(stream);
        return new String(client.awaitRest(stream).body(), StandardCharsets.UTF_8);
    }

    @Test
    void remembersOverAReloadUnlessItSaysSomethingElse() throws IOException {
        RunningGateway gateway = gateway("layers: [{rate: 1/h, burst: 1}]");
        CauseCaller caller = caller(gateway, Way.HTTP2);
        assertThat(served(caller, 2, "/a")).isEqualTo(1);

        gateway.applyAgain();
        assertThat(served(caller, 2, "/a")).isZero();
        gateway.apply(yaml("layers: [{rate: 1/h, burst: 2}]"));
        assertThat(served(caller, 3, "/a")).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "layers: [] | filters[0].rate-limit.layers: is empty",
                "layers: [{}] | filters[0].rate-limit.layers[0].rate: is missing, expected one such as 100/s",
                "layers: [{rate: 100}] | filters[0].rate-limit.layers[0].rate: 100 is not a rate, expected one such as 100/s",
                "layers: [{rate: 0/s}] | filters[0].rate-limit.layers[0].rate: 0 is outside 1 to 1000000",
                "layers: [{rate: 1/s, cost: 2}] | filters[0].rate-limit.layers[0].cost: 2 is outside 1 to 1",
                "layers: [{rate: 1/d, burst: 367}] | filters[0].rate-limit.layers[0].burst: 367 takes more than a year",
                "layers: [{rate: 1/s, key: [ip]}] | filters[0].rate-limit.layers[0].key[0]: ip is not a key of limits",
                "layers: [{rate: 1/s, key: ['header:']}] | filters[0].rate-limit.layers[0].key[0]: header: has no name",
                "layers: [{rate: 1/s, key: [client, client]}] | filters[0].rate-limit.layers[0].key: names one twice",
                "layers: [{rate: 1/s}, {rate: 2/s}] | filters[0].rate-limit.layers[1].name: ",
                "layers: [{rate: 1/s}], ahead: 1 | filters[0].rate-limit.ahead: 1 is given, expected a store with it",
                "layers: [{rate: 1/s}], store: jobs | filters[0]: jobs is not in stores",
            })
    void saysWhatIsWrong(String limit, String problem) {
        assertThatThrownBy(() -> ConfigReader.read(yaml(limit), Map.of("GOOD", "127.0.0.1:1")))
                .hasMessageContaining(problem);
    }
}
