// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.gateway.config.cluster.EndpointConfig;
import io.penstock.gateway.config.route.AuthorityConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.upstream.cluster.TestTransport.Deed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterTest {
    private static final Deed REFUSED = new Deed.Fail(Cause.CONNECT_REFUSED, true);
    private static final Deed RESET = new Deed.Fail(Cause.UPSTREAM_RESET, false);

    private final TestTransport transport = new TestTransport();

    private Map<String, Long> shares() {
        Map<String, Long> shares =
                transport.opened.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        transport.opened.clear();
        return shares;
    }

    private void send(Cluster cluster, int count) {
        for (int i = 0; i < count; i++) {
            transport.send(cluster, "GET");
        }
    }

    private static Cause cause(TestDownstream downstream) {
        GatewayException refusal = downstream.refusal;
        if (refusal == null) {
            throw new AssertionError("not refused");
        }
        return refusal.reason();
    }

    // ---- picking ----

    @Test
    void spreadsExchangesOverItsEndpoints() {
        Cluster cluster = transport.cluster(4, "balancer: {policy: round-robin}");

        send(cluster, 400);

        assertThat(shares())
                .hasSize(4)
                .allSatisfy((name, count) -> assertThat(count).isEqualTo(100));
        assertThat(cluster.report().active()).isZero();
        assertThat(cluster.report().endpoints()).allSatisfy(endpoint -> {
            assertThat(endpoint.active()).isZero();
            assertThat(endpoint.attempts()).isEqualTo(100);
        });
    }

    @Test
    void followsTheWeightsOfTheConfiguration() {
        Cluster cluster = transport
                .clusters("[{name: main, endpoints: [{address: '127.0.0.1:1', weight: 3}, '127.0.0.1:2']}]")
                .cluster("main");

        send(cluster, 4_000);

        assertThat(shares().get("127.0.0.1:1")).isCloseTo(3_000, within(150L));
    }

    @Test
    void usesABackupOnlyForWhatTheOthersCannotTake() {
        Cluster cluster = transport
                .clusters(
                        "[{name: main, balancer: {policy: round-robin}, endpoints: ['127.0.0.1:1', '127.0.0.1:2', {address: '127.0.0.1:3', backup: true}]}]")
                .cluster("main");
        send(cluster, 100);
        assertThat(shares()).doesNotContainKey("127.0.0.1:3");

        transport.does(1, REFUSED);
        send(cluster, 20);
        shares();
        send(cluster, 1_000);

        Map<String, Long> shares = shares();
        assertThat(shares).doesNotContainKey("127.0.0.1:1");
        assertThat(shares.get("127.0.0.1:2")).isCloseTo(700, within(60L));
        assertThat(shares.get("127.0.0.1:3")).isCloseTo(300, within(60L));
    }

    @Test
    void staysInItsZoneWhileThatIsWell() {
        Cluster cluster = transport
                .clusters("[{name: main, zone: a, endpoints: [{address: '127.0.0.1:1', zone: a},"
                        + " {address: '127.0.0.1:2', zone: b}, {address: '127.0.0.1:3', zone: a},"
                        + " {address: '127.0.0.1:4', priority: 1, zone: a}]}]")
                .cluster("main");

        send(cluster, 200);

        assertThat(shares()).containsOnlyKeys("127.0.0.1:1", "127.0.0.1:3");
    }

    @Test
    void usesEveryEndpointInAPanic() {
        Cluster cluster = transport.cluster(4, "outlier: {max-ejected-percent: 100}, retry: {attempts: 1}");
        transport.otherwise = REFUSED;
        send(cluster, 100);
        shares();

        transport.otherwise = new Deed.Answer(":status", "200");
        send(cluster, 400);

        assertThat(cluster.report().endpoints())
                .allSatisfy(endpoint -> assertThat(endpoint.state()).isEqualTo("ejected"));
        assertThat(shares()).hasSize(4);
    }

    @Test
    void refusesWithoutEndpointsWhenItMayNotPanic() {
        Cluster cluster =
                transport.cluster(2, "panic-threshold: 0, outlier: {max-ejected-percent: 100}, retry: {attempts: 1}");
        transport.otherwise = REFUSED;
        send(cluster, 100);

        assertThat(cause(transport.send(cluster, "GET"))).isEqualTo(Cause.NO_ENDPOINT);
        assertThat(cluster.report().active()).isZero();
    }

    @Test
    void startsAnEndpointThatJoinsSlowly() {
        Cluster cluster = transport.cluster(1, "balancer: {policy: round-robin, slow-start: 10s}");

        cluster.endpoints(List.of(EndpointConfig.of("127.0.0.1:1"), EndpointConfig.of("127.0.0.1:2")));
        send(cluster, 1_100);
        assertThat(shares().get("127.0.0.1:2")).isCloseTo(100, within(5L));
        transport.forward(Duration.ofSeconds(5));
        cluster.upkeep(transport.nanos.get());
        send(cluster, 1_500);
        assertThat(shares().get("127.0.0.1:2")).isCloseTo(500, within(5L));
        transport.forward(Duration.ofSeconds(5));
        cluster.upkeep(transport.nanos.get());
        send(cluster, 1_000);

        assertThat(shares().get("127.0.0.1:2")).isCloseTo(500, within(5L));
    }

    @Test
    void keepsWhatItKnowsOfEndpointsThatStay() {
        Cluster cluster = transport.cluster(2, "");
        send(cluster, 10);

        cluster.endpoints(List.of(
                new EndpointConfig("127.0.0.1:2", Optional.<String>empty(), 5, false, 0, Optional.<String>empty()),
                EndpointConfig.of("127.0.0.1:3")));
        transport.opened.clear();
        send(cluster, 10);

        assertThat(shares()).containsOnlyKeys("127.0.0.1:2", "127.0.0.1:3");
        assertThat(cluster.report().endpoints())
                .extracting(ClusterReport.EndpointReport::name, ClusterReport.EndpointReport::weight)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("127.0.0.1:2", 5),
                        org.assertj.core.groups.Tuple.tuple("127.0.0.1:3", 1));
        assertThat(cluster.report().endpoints().getFirst().attempts()).isGreaterThan(5);
    }

    @Test
    void keepsRequestsWithEqualKeysTogether() {
        Cluster cluster =
                transport.cluster(5, "balancer: {policy: consistent-hash, hash-on: 'header:x-user', load-bound: 1000}");

        for (int i = 0; i < 100; i++) {
            transport.send(cluster, "GET", "x-user", "anna");
        }
        assertThat(shares()).hasSize(1);
        for (int i = 0; i < 100; i++) {
            transport.send(cluster, "GET", "x-user", "user " + i);
        }

        assertThat(shares()).hasSize(5);
    }

    @Test
    void keepsACallerAtItsEndpointByACookie() {
        Cluster cluster =
                transport.cluster(3, "balancer: {policy: sticky-cookie, cookie: where}, retry: {attempts: 1}");
        Head[] seen = {new Head()};
        TestDownstream first = new TestDownstream();
        Exchange exchange = first.exchange("GET");
        exchange.onHead((same, response) -> seen[0] = response);

        transport.send(cluster, first, exchange);
        String cookie = String.valueOf(seen[0].value("set-cookie"));
        String pair = cookie.substring(0, cookie.indexOf(';'));
        String endpoint = transport.opened.getFirst();
        transport.opened.clear();
        for (int i = 0; i < 50; i++) {
            transport.send(cluster, "GET", "cookie", "a=b; " + pair + "; c=d");
        }

        assertThat(cookie)
                .matches("where=[0-9a-f]+; Path=/; HttpOnly; SameSite=Lax")
                .doesNotContain("127");
        assertThat(shares()).containsOnlyKeys(endpoint);
    }

    @ParameterizedTest
    @CsvSource({"200, true", "404, true", "101, true", "100, false", "103, false"})
    void setsTheCookieInEveryHeadButInterimOnes(String status, boolean set) {
        Cluster cluster = transport.cluster(2, "balancer: {policy: sticky-cookie}");
        transport.otherwise = new TestTransport.Deed.Answer(":status", status);
        Head[] seen = {new Head()};
        TestDownstream downstream = new TestDownstream();
        Exchange exchange = downstream.exchange("GET");
        exchange.onHead((same, response) -> seen[0] = response);

        transport.send(cluster, downstream, exchange);

        assertThat(seen[0].status()).isEqualTo(Integer.parseInt(status));
        assertThat(seen[0].has("set-cookie")).isEqualTo(set);
    }

    @Test
    void givesACallerAnotherCookieWhenItsEndpointIsGone() {
        Cluster cluster = transport.cluster(2, "balancer: {policy: sticky-cookie}");
        List<String> cookies = new ArrayList<>();

        for (int i = 0; i < 4; i++) {
            TestDownstream downstream = new TestDownstream();
            Exchange exchange = downstream.exchange("GET", "cookie", "penstock-endpoint=0123456789abcdef");
            exchange.onHead((same, response) -> cookies.add(String.valueOf(response.value("set-cookie"))));
            transport.send(cluster, downstream, exchange);
        }

        assertThat(transport.opened).hasSize(4);
        assertThat(cookies).hasSize(4).allMatch(cookie -> cookie.startsWith("penstock-endpoint="));
    }

    @Test
    void namesTheEndpointInTheAuthorityWhenAsked() {
        Cluster cluster = transport.cluster(2, "balancer: {policy: round-robin}");
        transport.does(1, REFUSED);
        Exchange exchange = new TestDownstream().exchange("GET");

        cluster.open(exchange, new AuthorityConfig.Target());

        assertThat(transport.opened).containsExactly("127.0.0.1:1", "127.0.0.1:2");
        assertThat(exchange.request().authority()).isEqualTo("127.0.0.1:2");
    }

    @Test
    void namesTheHostOfAnEndpointInTheAuthorityWhenItIsKnown() {
        Cluster cluster = transport
                .clusters("[{name: main, endpoints: [{address: '127.0.0.1:8080', hostname: jobs.test}]}]")
                .cluster("main");
        Exchange exchange = new TestDownstream().exchange("GET");

        cluster.open(exchange, new AuthorityConfig.Target());

        assertThat(exchange.request().authority()).isEqualTo("jobs.test:8080");
    }

    // ---- another attempt ----

    @Test
    void goesToAnotherEndpointAtOnceWhenNothingWasProcessed() {
        Cluster cluster = transport.cluster(2, "balancer: {policy: round-robin}");
        transport.does(1, REFUSED);

        TestDownstream downstream = transport.send(cluster, "POST");

        assertThat(transport.opened).containsExactly("127.0.0.1:1", "127.0.0.1:2");
        assertThat(transport.pauses).isEmpty();
        assertThat(downstream.refusal).isNull();
        assertThat(cluster.report().retries()).isEqualTo(1);
        assertThat(cluster.report().retrying()).isZero();
    }

    @Test
    void triesTheSameEndpointAgainAfterAPauseWhenThereIsNoOther() {
        Cluster cluster = transport.cluster(1, "");
        transport.does(1, REFUSED);

        TestDownstream downstream = transport.send(cluster, "GET");

        assertThat(transport.opened).hasSize(2);
        assertThat(transport.pauses).hasSizeLessThanOrEqualTo(1).allMatch(pause -> pause <= 25_000_000);
        assertThat(cause(downstream)).isEqualTo(Cause.CONNECT_REFUSED);
    }

    @Test
    void triesAnotherEndpointWhenOneHasNoRoom() {
        Cluster cluster = transport.cluster(2, "balancer: {policy: round-robin}");
        transport.does(1, new Deed.Full());

        TestDownstream downstream = transport.send(cluster, "POST");

        assertThat(transport.opened).containsExactly("127.0.0.1:1", "127.0.0.1:2");
        assertThat(downstream.refusal).isNull();
    }

    @Test
    void refusesWhatFoundNoRoomAtTheOnlyEndpoint() {
        Cluster cluster = transport.cluster(1, "");
        transport.does(1, new Deed.Full());

        assertThat(cause(transport.send(cluster, "POST"))).isEqualTo(Cause.TOO_MANY_STREAMS);

        assertThat(transport.opened).hasSize(1);
    }

    @Test
    void doesNotRepeatWhatMayHaveBeenProcessed() {
        Cluster cluster = transport.cluster(2, "");
        transport.otherwise = RESET;

        assertThat(cause(transport.send(cluster, "GET"))).isEqualTo(Cause.UPSTREAM_RESET);

        assertThat(transport.opened).hasSize(1);
    }

    @Test
    void repeatsWithGrowingPausesUntilItsAttemptsAreUsedUp() {
        Cluster cluster = transport.cluster(5, "retry: {attempts: 4, on: [reset], backoff: 1s, max-backoff: 4s}");
        transport.otherwise = RESET;

        TestDownstream downstream = transport.send(cluster, "GET");

        assertThat(transport.opened).hasSize(4).doesNotHaveDuplicates();
        assertThat(transport.pauses).hasSize(3);
        assertThat(transport.pauses.get(0)).isBetween(1L, 1_000_000_000L);
        assertThat(transport.pauses.get(2)).isBetween(1L, 4_000_000_000L);
        assertThat(cause(downstream)).isEqualTo(Cause.UPSTREAM_RESET);
        assertThat(cluster.report().retrying()).isZero();
    }

    @Test
    void repeatsAListedStatusAndPassesOnTheLastAnswer() {
        Cluster cluster = transport.cluster(3, "retry: {attempts: 3, statuses: [503], backoff: 1ms}");
        transport.otherwise = new Deed.Answer(":status", "503");
        TestDownstream downstream = new TestDownstream();
        Exchange exchange = downstream.exchange("GET");

        transport.send(cluster, downstream, exchange);

        assertThat(transport.opened).hasSize(3);
        assertThat(exchange.status()).isEqualTo(503);
        assertThat(downstream.refusal).isNull();
    }

    @Test
    void doesNotRepeatWhenTheUpstreamAsksForALongPause() {
        Cluster cluster = transport.cluster(3, "retry: {attempts: 3, statuses: [503]}");
        transport.otherwise = new Deed.Answer(":status", "503", "retry-after", "120");

        transport.send(cluster, "GET");

        assertThat(transport.opened).hasSize(1);
    }

    @Test
    void doesNotPauseBeyondTheDeadline() {
        Cluster cluster = transport.cluster(2, "retry: {statuses: [503]}");
        transport.otherwise = new Deed.Answer(":status", "503", "retry-after", "1");
        TestDownstream downstream = new TestDownstream();
        Exchange exchange = downstream.exchange("GET");
        exchange.deadlineNanos(transport.nanos.get() + 500_000_000);

        transport.send(cluster, downstream, exchange);

        assertThat(transport.opened).hasSize(1);
    }

    @Test
    void repeatsNothingOfAnExchangeThatEndedDuringThePause() {
        Cluster cluster = transport.cluster(2, "retry: {on: [reset], backoff: 1s, max-backoff: 1s}");
        transport.otherwise = RESET;
        TestDownstream downstream = new TestDownstream();
        Exchange exchange = downstream.exchange("GET");
        exchange.onEnd(() -> {});
        exchange.fail(Cause.DOWNSTREAM_GONE, "meanwhile");

        transport.send(cluster, downstream, exchange);

        assertThat(transport.opened).hasSize(1);
        assertThat(cluster.report().retrying()).isZero();
        assertThat(cluster.report().active()).isZero();
    }

    @Test
    void keepsRetriesWithinTheBudgetUnderFullFailure() {
        Cluster cluster = transport.cluster(
                4, "outlier: {max-ejected-percent: 0}, retry: {attempts: 2, statuses: [503], budget-minimum: 3}");
        transport.otherwise = new Deed.Hold();
        List<Exchange> exchanges = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            TestDownstream downstream = new TestDownstream();
            Exchange exchange = downstream.exchange("GET");
            exchanges.add(exchange);
            transport.send(cluster, downstream, exchange);
        }
        assertThat(transport.opened).hasSize(100);

        for (Exchange exchange : exchanges) { // all fail, and what is sent again is held
            transport.release(exchange, ":status", "503", "retry-after", "0");
        }

        // 100 active at first, fewer with each that is refused: 20 % and 3
        assertThat(transport.opened.size()).isBetween(103, 123);
        assertThat(cluster.report().retrying()).isEqualTo(transport.opened.size() - 100);
        assertThat(cluster.report().budgetRefused()).isEqualTo(200 - transport.opened.size());
    }

    @Test
    void endsAnAttemptWithoutAHeadInTime() {
        Cluster cluster = transport.cluster(2, "retry: {per-try-timeout: 1s}");
        transport.otherwise = new Deed.Hold();

        TestDownstream downstream = transport.send(cluster, "GET");
        assertThat(transport.timers).hasSize(1);
        transport.timers.getFirst().run();

        GatewayException failed = downstream.failedAttempt;
        assertThat(failed).isNotNull();
        assertThat(failed == null ? null : failed.reason()).isEqualTo(Cause.FIRST_BYTE_TIMEOUT);
    }

    @Test
    void takesTheTimerBackWithTheHead() {
        Cluster cluster = transport.cluster(2, "retry: {per-try-timeout: 1s}");
        transport.otherwise = new Deed.Hold();
        TestDownstream downstream = new TestDownstream();
        Exchange exchange = downstream.exchange("GET");
        transport.send(cluster, downstream, exchange);

        transport.release(exchange, ":status", "200");

        assertThat(transport.timers).isEmpty();
    }

    // ---- ejection ----

    @Test
    void ejectsAnEndpointThatFailsAndTakesItBack() {
        Cluster cluster = transport.cluster(2, "balancer: {policy: round-robin}, retry: {attempts: 1}");
        transport.does(1, new Deed.Answer(":status", "500"));
        send(cluster, 10);
        shares();

        send(cluster, 10);
        assertThat(shares()).containsOnlyKeys("127.0.0.1:2");
        assertThat(cluster.report().endpoints().getFirst().state()).isEqualTo("ejected");
        assertThat(cluster.report().endpoints().getFirst().ejectedForMillis()).isEqualTo(30_000);
        transport.does(1, new Deed.Answer(":status", "200"));
        transport.forward(Duration.ofSeconds(30));
        cluster.upkeep(transport.nanos.get());
        send(cluster, 10);

        assertThat(shares()).containsOnlyKeys("127.0.0.1:1", "127.0.0.1:2");
        assertThat(cluster.report().ejections()).isEqualTo(1);
    }

    @Test
    void blamesNoEndpointForACallerThatGoesAway() {
        Cluster cluster = transport.cluster(2, "");
        transport.otherwise = new Deed.Hold();

        for (int i = 0; i < 100; i++) {
            TestDownstream downstream = transport.send(cluster, "GET");
            downstream.refuse(new GatewayException(Cause.DOWNSTREAM_GONE, "gone"));
        }

        assertThat(cluster.report().ejections()).isZero();
        assertThat(cluster.report().endpoints()).allSatisfy(endpoint -> {
            assertThat(endpoint.active()).isZero();
            assertThat(endpoint.failures()).isZero();
        });
    }

    // ---- breaker, fallback, bulkhead ----

    @Test
    void refusesWhileItsBreakerIsOpenAndTriesAgainLater() {
        Cluster cluster = transport.cluster(1, "breaker: {}, retry: {attempts: 1}");
        transport.otherwise = new Deed.Answer(":status", "500");
        send(cluster, 10);
        assertThat(cluster.report().breaker()).isEqualTo("open");
        shares();

        assertThat(cause(transport.send(cluster, "GET"))).isEqualTo(Cause.CIRCUIT_OPEN);
        assertThat(transport.opened).isEmpty();
        transport.otherwise = new Deed.Answer(":status", "200");
        transport.forward(Duration.ofMillis(30_001));
        send(cluster, 4);
        assertThat(cluster.report().breaker()).isEqualTo("half-open");
        send(cluster, 1);

        assertThat(cluster.report().breaker()).isEqualTo("closed");
        assertThat(cluster.report().opened()).isEqualTo(1);
        assertThat(cluster.report().refused()).isEqualTo(1);
    }

    @Test
    void passesOverAnEndpointWhoseOwnBreakerIsOpen() {
        Cluster cluster = transport.cluster(
                2,
                "balancer: {policy: round-robin}, breaker: {scope: endpoint, failures: 3}, outlier: {max-ejected-percent: 0}, retry: {attempts: 1}");
        transport.does(1, new Deed.Answer(":status", "500"));
        send(cluster, 50);
        shares();

        send(cluster, 50);
        assertThat(shares()).containsOnlyKeys("127.0.0.1:2");
        transport.does(2, new Deed.Answer(":status", "500"));
        send(cluster, 3);

        assertThat(cause(transport.send(cluster, "GET"))).isEqualTo(Cause.CIRCUIT_OPEN);
    }

    @Test
    void countsSlowAnswersAsFailuresOfTheBreakerWhenConfigured() {
        Cluster cluster = transport.cluster(1, "breaker: {slow-after: 1s, failures: 2}");
        transport.otherwise = new Deed.Hold();

        for (int i = 0; i < 2; i++) {
            TestDownstream downstream = new TestDownstream();
            Exchange exchange = downstream.exchange("GET");
            transport.send(cluster, downstream, exchange);
            transport.forward(Duration.ofMillis(1_001));
            transport.release(exchange, ":status", "200");
        }

        assertThat(cluster.report().breaker()).isEqualTo("open");
        assertThat(cluster.report().endpoints().getFirst().failures()).isZero();
    }

    @Test
    void countsStatusesOfGrpcAsConfigured() {
        Cluster cluster = transport.cluster(
                1, "breaker: {failures: 3}, failure: {grpc-statuses: [RESOURCE_EXHAUSTED]}, retry: {attempts: 1}");
        for (String status : List.of("14", "13", "2", "8", "8", "8")) {
            assertThat(cluster.report().breaker()).isEqualTo("closed");
            transport.otherwise = new Deed.Answer(":status", "200", "grpc-status", status);
            TestDownstream downstream = new TestDownstream();
            transport.send(cluster, downstream, downstream.grpc());
        }

        assertThat(cluster.report().breaker()).isEqualTo("open");
    }

    @Test
    void answersByItselfWhileItsBreakerIsOpen() {
        Cluster cluster = transport.cluster(
                1,
                "breaker: {failures: 1}, retry: {attempts: 1},"
                        + " fallback: {status: 200, body: '{}', content-type: application/json}");
        transport.otherwise = new Deed.Answer(":status", "500");
        send(cluster, 1);

        TestDownstream downstream = transport.send(cluster, "GET");
        Head answer = downstream.answer == null ? new Head() : downstream.answer;

        assertThat(downstream.refusal).isNull();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.value("content-type")).isEqualTo("application/json");
        assertThat(answer.value("content-length")).isEqualTo("2");
        assertThat(new String(downstream.body, java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("{}");
        assertThat(cluster.report().fallbacks()).isEqualTo(1);
        TestDownstream call = new TestDownstream();
        transport.send(cluster, call, call.grpc());
        assertThat(cause(call)).isEqualTo(Cause.CIRCUIT_OPEN);
    }

    @Test
    void sendsToItsFallbackClusterWhileItsBreakerIsOpen() {
        Clusters clusters = transport.clusters("[{name: main, endpoints: ['127.0.0.1:1'], breaker: {failures: 1},"
                + " retry: {attempts: 1}, fallback: {cluster: spare}}, {name: spare, endpoints: ['127.0.0.1:2']}]");
        transport.does(1, RESET);
        transport.send(clusters.cluster("main"), "GET");
        transport.opened.clear();
        TestDownstream downstream = new TestDownstream();
        Exchange exchange = downstream.exchange("GET");

        transport.send(clusters.cluster("main"), downstream, exchange);

        assertThat(transport.opened).containsExactly("127.0.0.1:2");
        assertThat(exchange.cluster()).isEqualTo("spare");
        assertThat(exchange.status()).isEqualTo(200);
        assertThat(clusters.cluster("main").report().active()).isZero();
        assertThat(clusters.cluster("spare").report().active()).isZero();
    }

    @Test
    void refusesMoreExchangesThanItsBulkheadHolds() {
        Cluster cluster = transport.cluster(2, "bulkhead: {max-active: 2}");
        transport.otherwise = new Deed.Hold();
        TestDownstream first = new TestDownstream();
        Exchange exchange = first.exchange("GET");
        transport.send(cluster, first, exchange);
        transport.send(cluster, "GET");

        assertThat(cause(transport.send(cluster, "GET"))).isEqualTo(Cause.OVERLOADED);
        transport.release(exchange, ":status", "200");

        assertThat(transport.send(cluster, "GET").refusal).isNull();
        assertThat(cluster.report().places()).isEqualTo(2);
        assertThat(cluster.report().turnedAway()).isEqualTo(1);
    }

    @Test
    void freesEverythingWhenTheTransportTellsNothingButTheEnd() {
        Cluster cluster = transport.cluster(1, "bulkhead: {max-active: 1}");
        transport.otherwise = new Deed.Hold();
        TestDownstream downstream = new TestDownstream();
        Exchange exchange = downstream.exchange("GET");
        transport.send(cluster, downstream, exchange);

        exchange.status(200);
        exchange.end();

        assertThat(cluster.report().active()).isZero();
        assertThat(cluster.report().endpoints().getFirst().active()).isZero();
        assertThat(transport.send(cluster, "GET").refusal).isNull();
    }
}
