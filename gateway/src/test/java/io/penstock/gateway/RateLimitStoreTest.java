// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.store.RedisCluster;
import io.penstock.gateway.store.RedisProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits that nodes count together, in a real Redis that works, is killed, hangs, is flushed and comes back. */
@Timeout(90)
class RateLimitStoreTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private RedisProcess redis;

    @SuppressWarnings("NullAway.Init")
    private HostileOrigin origin;

    @BeforeEach
    void start() throws IOException {
        redis = opened(RedisProcess.start(folder));
        origin = opened(HostileOrigin.reformed());
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.add(part);
        return part;
    }

    /** A long time for the store, so that a busy machine is no outage. */
    private RunningGateway gateway(String limit) {
        return gateway(limit + ", timeout: 1s", redis.url());
    }

    private RunningGateway gateway(String limit, String url) {
        return opened(RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                event-loops: 1
                routes:
                  - {name: all, path-prefix: /, cluster: origin, filters: [limit]}
                  - {name: free, path-prefix: /free, cluster: origin}
                clusters: [{name: origin, endpoints: ["${GOOD}"], upstream: {protocol: h2c}}]
                filters: [{name: limit, rate-limit: {%s, store: limits}}]
                stores: [{name: limits, redis: {url: "%s"}}]
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(limit, url))
                .variable("GOOD", origin.address())
                .start());
    }

    private CauseCaller caller(RunningGateway gateway, Way way) {
        CauseCaller caller = opened(CauseCaller.of(way, gateway));
        if (way == Way.HTTP1_AGAIN) {
            caller.ask("/free");
            caller.ask("/free");
            gateway.ended();
            gateway.ended();
        }
        return caller;
    }

    /** By what every caller is told. */
    private static boolean served(Seen seen) {
        return seen.status() == 200 && seen.grpcStatus() != 8;
    }

    private static long served(CauseCaller caller, int count, String... fields) {
        long served = 0;
        for (int i = 0; i < count; i++) {
            served += served(caller.ask("/a", fields)) ? 1 : 0;
        }
        return served;
    }

    private static HttpResponse<String> page(RunningGateway gateway, String path) throws Exception {
        URI page = URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(page).timeout(SOON).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    /** Decisions that were made without the store. */
    private static double without(RunningGateway gateway) throws Exception {
        return page(gateway, "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("gateway_rate_limit_without_store_total{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static void awaitConnected(RunningGateway gateway) {
        Await.until("connected", SOON, () -> {
            try {
                return page(gateway, "/readyz").body().contains("\"name\":\"store-limits\",\"ok\":true");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void nodesShareALimit() {
        RunningGateway one = gateway("layers: [{key: [client], rate: 1/h, burst: 10}]");
        RunningGateway two = gateway("layers: [{key: [client], rate: 1/h, burst: 10}]");

        assertThat(served(caller(one, Way.HTTP2), 6)).isEqualTo(6);
        assertThat(served(caller(two, Way.HTTP1), 6)).isEqualTo(4);
        assertThat(served(caller(one, Way.GRPC), 6)).isZero();
        assertThat(redis.call("EXISTS", "penstock:limit:{limit client=127.0.0.1}"))
                .isEqualTo(1L);
    }

    @Test
    void nodesShareALimitInACluster() throws Exception {
        RedisCluster cluster = opened(RedisCluster.start(folder));
        String limit = "layers: [{key: ['header:x-user'], rate: 1/h, burst: 3}], timeout: 1s";
        RunningGateway one = gateway(limit, cluster.url() + "\", topology: \"cluster");
        RunningGateway two = gateway(limit, cluster.url() + "\", topology: \"cluster");
        awaitConnected(one);
        awaitConnected(two);

        for (int i = 0; i < 10; i++) {
            assertThat(served(caller(one, Way.HTTP2), 2, "x-user", "u" + i)).isEqualTo(2);
            assertThat(served(caller(two, Way.HTTP2), 2, "x-user", "u" + i)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesOnEveryWayAndLeavesTheConnectionUsable(Way way) {
        RunningGateway gateway = gateway("layers: [{rate: 1/h, burst: 2}]");
        CauseCaller caller = caller(gateway, way);
        assertThat(served(caller, 2)).isEqualTo(2);
        gateway.ended();
        gateway.ended();

        Seen asked = caller.ask("/a");
        Seen remembered = caller.ask("/a");

        assertThat(asked.cause()).isEqualTo("rate-limited");
        assertThat(remembered).isEqualTo(asked);
        assertThat(asked.status()).isEqualTo(way == Way.GRPC ? 200 : 429);
        assertThat(gateway.ended().cause()).isEqualTo(Cause.RATE_LIMITED);
        assertThat(caller.reusable()).isTrue();
        assertThat(caller.ask("/free").status()).isEqualTo(200);
    }

    @Test
    void asksNobodyAboutAKeyThatCannotHaveTokensYet() {
        RunningGateway gateway = gateway("layers: [{rate: 1/h, burst: 2}]");
        CauseCaller caller = caller(gateway, Way.HTTP2);
        assertThat(served(caller, 3)).isEqualTo(2);
        long asked = redis.calls("evalsha");

        assertThat(served(caller, 100)).isZero();

        assertThat(redis.calls("evalsha")).isEqualTo(asked);
    }

    @Test
    void putsBackWhatAnotherLayerRefuses() {
        RunningGateway gateway =
                gateway("layers: [{name: all, rate: 1/h, burst: 5}, {name: each, key: [client], rate: 1/h, burst: 2}]");
        CauseCaller caller = caller(gateway, Way.HTTP2);

        assertThat(served(caller, 10, "x-forwarded-for", "10.0.0.1")).isEqualTo(2);
        Await.until("put back", SOON, () -> served(caller.ask("/a", "x-forwarded-for", "10.0.0.2")));
        assertThat(served(caller, 10, "x-forwarded-for", "10.0.0.2")).isEqualTo(1);
        Await.until("put back", SOON, () -> served(caller.ask("/a", "x-forwarded-for", "10.0.0.3")));
        assertThat(served(caller, 10, "x-forwarded-for", "10.0.0.4")).isZero();
    }

    /** Not one too many in all, and few questions; what nodes still hold is the stated error. */
    @Test
    void takesTokensAhead() {
        String limit = "layers: [{rate: 1/h, burst: 40}], ahead: 9";
        RunningGateway one = gateway(limit);
        RunningGateway two = gateway(limit);
        CauseCaller first = caller(one, Way.HTTP2);
        CauseCaller second = caller(two, Way.HTTP2);

        assertThat(served(first, 5)).isEqualTo(5);
        assertThat(served(second, 5)).isEqualTo(5);
        assertThat(redis.calls("evalsha") + redis.calls("eval")).isLessThanOrEqualTo(3);
        assertThat(served(first, 100)).isEqualTo(25);
        assertThat(served(second, 100)).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({"local, true", "open, true", "closed, true", "local, false", "open, false", "closed, false"})
    void goesByItsRuleWhileTheStoreIsAwayAndBackAfterwards(String rule, boolean killed) throws Exception {
        RunningGateway gateway = gateway(
                "layers: [{key: ['header:x-key'], rate: 1/h, burst: 4}], nodes: 2, timeout: 50ms, unavailable: " + rule,
                redis.url());
        CauseCaller caller = caller(gateway, Way.HTTP2);
        awaitConnected(gateway);
        try (LogLines log = new LogLines("io.penstock.gateway.store.Outage")) {
            if (killed) {
                redis.kill();
            } else {
                redis.hang();
            }
            awaitDecisionWithout(gateway, caller);

            long served = served(caller, 10, "x-key", "a");

            switch (rule) {
                case "local" -> assertThat(served).isEqualTo(2); // half of four
                case "open" -> assertThat(served).isEqualTo(10);
                default -> {
                    assertThat(served).isZero();
                    assertThat(caller.ask("/a").cause()).isEqualTo("check-unavailable");
                }
            }
            assertThat(page(gateway, "/readyz").statusCode()).isEqualTo(200);
            assertThat(page(gateway, "/readyz").body())
                    .contains("\"name\":\"limit-limit\",\"ok\":false,\"required\":false")
                    .contains(rule + " decides");
            assertThat(log.lines()).hasSize(1).first().asString().contains("limits has no answer");

            if (killed) {
                redis.restart();
            } else {
                redis.wakeUp();
            }
            awaitConnected(gateway);
            AtomicInteger number = new AtomicInteger();
            Await.until("says so", SOON, () -> {
                caller.ask("/a", "x-key", "n" + number.incrementAndGet());
                return log.lines().size() == 2;
            });
            assertThat(log.lines().getLast()).contains("answers again");
            // an answer that is late on a busy machine lets the rule decide once more
            Await.until("decides together again", SOON, () -> {
                try {
                    return served(caller, 10, "x-key", "b" + number.incrementAndGet()) == 4
                            && page(gateway, "/readyz").body().contains("\"name\":\"limit-limit\",\"ok\":true");
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
        }
    }

    /** The first request may still be answered by what was on its way. */
    private static void awaitDecisionWithout(RunningGateway gateway, CauseCaller caller) throws Exception {
        double before = without(gateway);
        AtomicInteger number = new AtomicInteger();
        Await.until("a decision without the store", SOON, () -> {
            caller.ask("/a", "x-key", "w" + number.incrementAndGet());
            try {
                return without(gateway) > before;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void holdsNobodyElseWhileTheStoreHangs() {
        RunningGateway gateway = gateway("layers: [{rate: 1/s, burst: 4}], unavailable: closed");
        awaitConnected(gateway);
        FramePeer client = gateway.client();
        client.awaitHead(client.get("/a"));

        redis.hang();
        int waiting = client.get("/a");
        int free = client.get("/free");

        assertThat(client.awaitHead(free).status()).isEqualTo("200");
        assertThat(client.awaitHead(waiting).status()).isEqualTo("503");
    }

    @Test
    void aFlushIsAFullBucket() {
        RunningGateway gateway = gateway("layers: [{key: ['header:x-user'], rate: 1/h, burst: 2}]");
        CauseCaller caller = caller(gateway, Way.HTTP2);
        assertThat(served(caller, 2, "x-user", "a")).isEqualTo(2);

        redis.call("FLUSHALL");
        redis.call("SCRIPT", "FLUSH");

        assertThat(served(caller, 3, "x-user", "a")).isEqualTo(2);
    }
}
