// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.upstream.cluster.ClusterReport;
import io.penstock.harness.backend.Backends;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What callers see of a cluster of several endpoints. */
@Timeout(60)
class ClusterWireTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final byte[] EMPTY = {};

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin();

    private final StatusOrigin a = gateway.keep(new StatusOrigin());
    private final StatusOrigin b = gateway.keep(new StatusOrigin());

    /** The gateway stands before both origins, with these keys of the cluster. */
    private void cluster(String keys) {
        cluster(both(a.address(), b.address()), "http1", keys, "");
    }

    private static String both(String one, String other) {
        return '"' + one + "\", \"" + other + '"';
    }

    private void cluster(String endpoints, String protocol, String keys, String more) {
        gateway.configured("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: main}]
                clusters:
                  - {name: main, endpoints: [%s], upstream: {protocol: %s}, %s}
                %s
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(endpoints, protocol, keys, more)).start();
    }

    private Exchange get(FramePeer client) {
        int stream = client.get("/");
        client.awaitHead(stream);
        return gateway.ended();
    }

    private ClusterReport report() {
        return gateway.gateway().clusters().cluster("main").report();
    }

    private String state(int endpoint) {
        return report().endpoints().get(endpoint).state();
    }

    @Test
    void failsOverToTheOtherEndpoint() {
        cluster("balancer: {policy: round-robin}");
        FramePeer client = gateway.client();
        a.die();

        for (int i = 0; i < 20; i++) {
            assertThat(get(client).status()).isEqualTo(200);
        }

        assertThat(b.requests()).isEqualTo(20);
        assertThat(state(0)).isEqualTo("ejected");
        assertThat(report().retries()).isEqualTo(3);
    }

    @Test
    void failsOverWithinTheFrameRelay() {
        Origin dead = new Origin();
        Origin living = gateway.keep(new Origin());
        dead.close();
        cluster(both(dead.address(), living.address()), "h2c", "balancer: {policy: round-robin}", "");
        FramePeer client = gateway.client();

        int call = client.grpc();
        client.data(call, "question", true);
        FramePeer origin = living.connection();
        origin.awaitHead(1);
        assertThat(origin.awaitRest(1).text()).isEqualTo("question");
        origin.grpcAnswer(1, "answer");

        client.awaitHead(call);
        assertThat(client.awaitRest(call).text()).isEqualTo("answer");
        assertThat(gateway.ended().target()).isEqualTo(living.address());
    }

    @Test
    void asksAnotherEndpointWhenOneRefusesACall() {
        Origin first = gateway.keep(new Origin());
        Origin second = gateway.keep(new Origin());
        cluster(
                both(first.address(), second.address()),
                "h2c",
                "balancer: {policy: round-robin}, retry: {grpc-statuses: [UNAVAILABLE]}",
                "");
        FramePeer client = gateway.client();

        int call = client.grpc();
        client.data(call, EMPTY, true);
        FramePeer refusing = first.connection();
        refusing.awaitHead(1);
        refusing.head(1, true, ":status", "200", "content-type", "application/grpc", "grpc-status", "14");
        FramePeer origin = second.connection();
        origin.awaitHead(1);
        origin.grpcAnswer(1, "answer");

        client.awaitHead(call);
        assertThat(client.awaitRest(call).text()).isEqualTo("answer");
        assertThat(gateway.ended().attempts()).isEqualTo(2);
    }

    @Test
    void ejectsAnEndpointThatFailsAndTakesItBack() {
        cluster("balancer: {policy: round-robin}, retry: {attempts: 1},"
                + " outlier: {consecutive-failures: 3, ejection: 500ms, max-ejection: 500ms}");
        FramePeer client = gateway.client();
        a.status(500);
        for (int i = 0; i < 6; i++) {
            get(client);
        }
        assertThat(state(0)).isEqualTo("ejected");
        int seen = a.requests();

        a.status(200);
        assertThat(get(client).status()).isEqualTo(200);
        assertThat(get(client).status()).isEqualTo(200);
        assertThat(a.requests()).isEqualTo(seen);
        Await.until("the ejection ends", SOON, () -> state(0).equals("healthy"));
        get(client);
        get(client);

        assertThat(a.requests()).isEqualTo(seen + 1);
    }

    @Test
    void opensItsBreakerTriesAndCloses() {
        cluster("breaker: {failures: 3, open-for: 300ms, trial-calls: 2}, retry: {attempts: 1},"
                + " outlier: {max-ejected-percent: 0}");
        FramePeer client = gateway.client();
        a.status(503);
        b.status(503);
        for (int i = 0; i < 3; i++) {
            assertThat(get(client).cause()).isNull();
        }
        assertThat(report().breaker()).isEqualTo("open");
        int seen = a.requests() + b.requests();

        Exchange refused = get(client);
        assertThat(refused.cause()).isEqualTo(Cause.CIRCUIT_OPEN);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(a.requests() + b.requests()).isEqualTo(seen);

        Await.until("a trial call", SOON, () -> get(client).cause() == null);
        assertThat(report().breaker()).isEqualTo("open"); // it failed
        assertThat(a.requests() + b.requests()).isEqualTo(seen + 1);

        a.status(200);
        b.status(200);
        Await.until("a trial call", SOON, () -> get(client).cause() == null);
        assertThat(report().breaker()).isEqualTo("half-open");
        assertThat(get(client).status()).isEqualTo(200);
        assertThat(report().breaker()).isEqualTo("closed");
        assertThat(report().opened()).isEqualTo(2);
    }

    @Test
    void answersByItselfWhileItsBreakerIsOpen() {
        cluster(
                "breaker: {failures: 1}, retry: {attempts: 1}, fallback: {status: 200, body: '[]', content-type: text/json}");
        FramePeer client = gateway.client();
        a.status(500);
        b.status(500);
        get(client);

        int stream = client.get("/");

        WireFrame head = client.awaitHead(stream);
        assertThat(head.status()).isEqualTo("200");
        assertThat(head.value("content-type")).isEqualTo("text/json");
        assertThat(client.awaitRest(stream).text()).isEqualTo("[]");
        assertThat(a.requests() + b.requests()).isEqualTo(1);
    }

    @Test
    void sendsToItsFallbackClusterWhileItsBreakerIsOpen() {
        cluster(
                "\"" + a.address() + '"',
                "http1",
                "breaker: {failures: 1}, retry: {attempts: 1}, fallback: {cluster: spare}",
                "  - {name: spare, endpoints: [\"" + b.address() + "\"], upstream: {protocol: http1}}");
        FramePeer client = gateway.client();
        a.status(500);
        get(client);

        Exchange exchange = get(client);

        assertThat(exchange.status()).isEqualTo(200);
        assertThat(exchange.cluster()).isEqualTo("spare");
        assertThat(a.requests()).isEqualTo(1);
        assertThat(b.requests()).isEqualTo(1);
    }

    @Test
    void keepsWithinItsBudgetWhenEverythingFails() {
        cluster("retry: {attempts: 2, statuses: [503], backoff: 1m, max-backoff: 1m,"
                + " budget-percent: 20, budget-minimum: 1}, outlier: {max-ejected-percent: 0}");
        a.status(503);
        b.status(503);
        a.hold();
        b.hold();
        FramePeer client = gateway.client();
        for (int i = 0; i < 50; i++) {
            client.get("/");
        }
        Await.until("all arrived", SOON, () -> a.requests() + b.requests() == 50);

        a.release();
        b.release();
        Await.until("most are answered", SOON, () -> gateway.endedCount() >= 39);

        ClusterReport report = report();
        assertThat(report.retries()).isBetween(1L, 11L); // 20 % of 50, and one
        assertThat(report.retries() + gateway.endedCount()).isEqualTo(50);
        assertThat(report.budgetRefused()).isEqualTo(gateway.endedCount());
    }

    @Test
    void repeatsAStatusAtTheOtherEndpoint() {
        cluster("balancer: {policy: round-robin}, retry: {statuses: [503], backoff: 1ms}");
        FramePeer client = gateway.client();
        a.status(503);

        for (int i = 0; i < 4; i++) {
            assertThat(get(client).status()).isEqualTo(200);
        }
    }

    @Test
    void asksTheOtherEndpointWhenOneDoesNotAnswerInTime() {
        cluster("balancer: {policy: round-robin}," + " retry: {on: [timeout], per-try-timeout: 200ms, backoff: 1ms}");
        FramePeer client = gateway.client();
        a.hold();

        for (int i = 0; i < 3; i++) {
            assertThat(get(client).status()).isEqualTo(200);
        }

        assertThat(b.requests()).isEqualTo(3);
        assertThat(report().retries()).isEqualTo(a.requests());
        assertThat(a.requests()).isPositive();
    }

    @Test
    void asksTheOtherEndpointForAnHttp1Client() throws Exception {
        cluster("balancer: {policy: round-robin}, retry: {on: [timeout], per-try-timeout: 200ms, backoff: 1ms}");
        a.hold();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.address().getPort() + "/"))
                .build();

        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(request, BodyHandlers.ofString()).statusCode())
                        .isEqualTo(200);
                assertThat(gateway.ended().cause()).isNull();
            }
        }

        assertThat(b.requests()).isEqualTo(3);
        assertThat(report().retries()).isEqualTo(a.requests()).isPositive();
    }

    @Test
    void asksTheOtherEndpointWithinTheFrameRelayWhenOneDoesNotAnswerInTime() {
        Origin silent = gateway.keep(new Origin());
        Origin living = gateway.keep(new Origin());
        cluster(
                both(silent.address(), living.address()),
                "h2c",
                "balancer: {policy: round-robin}, retry: {on: [timeout], per-try-timeout: 200ms, backoff: 1ms}",
                "");
        FramePeer client = gateway.client();

        int stream = client.get("/");
        FramePeer first = silent.connection();
        first.awaitHead(1);
        FramePeer second = living.connection();
        second.awaitHead(1);
        second.head(1, true, ":status", "204");

        assertThat(client.awaitHead(stream).status()).isEqualTo("204");
        first.await(1, WireFrame.RST_STREAM);
    }

    @Test
    void letsAnExchangeWaitForAPlaceAndRefusesTheNext() {
        cluster("bulkhead: {max-active: 1, max-waiting: 1, waiting-timeout: 30s}");
        FramePeer client = gateway.client();
        a.hold();
        b.hold();
        int first = client.get("/");
        Await.until("the first", SOON, () -> a.requests() + b.requests() == 1);
        int second = client.get("/");
        Await.until("the second", SOON, () -> report().waiting() == 1);

        int third = client.get("/");
        assertThat(client.awaitHead(third).status()).isEqualTo("503");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.OVERLOADED);
        a.release();
        b.release();

        assertThat(client.awaitHead(first).status()).isEqualTo("200");
        assertThat(client.awaitHead(second).status()).isEqualTo("200");
    }

    @Test
    void keepsACallerAtItsEndpoint() {
        cluster("balancer: {policy: sticky-cookie}");
        FramePeer client = gateway.client();
        int stream = client.get("/");
        WireFrame head = client.awaitHead(stream);
        String pair = String.valueOf(head.value("set-cookie")).replaceFirst(";.*", "");
        String from = String.valueOf(head.value("x-from"));

        for (int i = 0; i < 10; i++) {
            WireFrame next = client.awaitHead(client.get("/", "cookie", pair));
            assertThat(next.value("x-from")).isEqualTo(from);
            assertThat(next.value("set-cookie")).isNull();
        }
        (a.address().endsWith(from) ? a : b).die();

        WireFrame elsewhere = client.awaitHead(client.get("/", "cookie", pair));
        assertThat(elsewhere.value("x-from")).isNotEqualTo(from);
        assertThat(elsewhere.value("set-cookie")).startsWith("penstock-endpoint=");
    }

    @Test
    void sendsNothingToAnEndpointWhoseChecksFail() {
        cluster("balancer: {policy: round-robin}, health-check: {path: /healthz, interval: 100ms,"
                + " healthy: 1, unhealthy: 2}");
        FramePeer client = gateway.client();
        a.health(503);
        Await.until("the checks fail", SOON, () -> state(0).equals("unhealthy"));

        for (int i = 0; i < 10; i++) {
            get(client);
        }
        assertThat(a.requests()).isZero();
        assertThat(report().endpoints().getFirst().lastCheck()).contains("status 503");
        a.health(204);
        Await.until("the checks succeed", SOON, () -> state(0).equals("healthy"));
        get(client);
        get(client);

        assertThat(a.requests()).isEqualTo(1);
        assertThat(a.checks()).isGreaterThan(2);
    }

    @Test
    void checksByConnecting() {
        cluster("health-check: {type: tcp, interval: 100ms, unhealthy: 1}");
        Await.until(
                "a check",
                SOON,
                () -> report().endpoints().stream()
                        .allMatch(endpoint -> endpoint.lastCheck().equals("connected")));

        a.die();

        Await.until("a bad check", SOON, () -> state(0).equals("unhealthy"));
        assertThat(state(1)).isEqualTo("healthy");
    }

    @Test
    void checksByTheHealthServiceOfGrpc() throws IOException {
        Backends backends = gateway.keep(Backends.start(Backends.Ports.any()));
        String endpoint = "\"127.0.0.1:" + backends.grpcA() + '"';
        cluster(endpoint, "h2c", "health-check: {type: grpc, interval: 100ms}", "");

        Await.until(
                "a good check",
                SOON,
                () -> report().endpoints().getFirst().lastCheck().equals("serving"));

        assertThat(state(0)).isEqualTo("healthy");
    }

    @Test
    void holdsWhomTheHealthServiceOfGrpcDoesNotKnowForUnhealthy() throws IOException {
        Backends backends = gateway.keep(Backends.start(Backends.Ports.any()));
        String endpoint = "\"127.0.0.1:" + backends.grpcA() + '"';

        cluster(endpoint, "h2c", "health-check: {type: grpc, service: no.Such, interval: 100ms, unhealthy: 1}", "");

        Await.until("a bad check", SOON, () -> state(0).equals("unhealthy"));
    }

    @Test
    void checksByHttp2() throws IOException {
        Backends backends = gateway.keep(Backends.start(Backends.Ports.any()));
        cluster(
                "\"127.0.0.1:" + backends.http() + '"',
                "h2c",
                "health-check: {path: /status/204, interval: 100ms}",
                "");

        Await.until(
                "a good check",
                SOON,
                () -> report().endpoints().getFirst().lastCheck().equals("status 204"));

        assertThat(state(0)).isEqualTo("healthy");
    }

    @Test
    void showsItsEndpointsToTheAdmin() throws Exception {
        cluster("breaker: {}");
        get(gateway.client());
        URI admin = URI.create("http://127.0.0.1:" + gateway.gateway().adminPort());
        try (HttpClient client = HttpClient.newHttpClient()) {
            String clusters = client.send(
                            HttpRequest.newBuilder(admin.resolve("/v1/clusters"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            String metrics = client.send(
                            HttpRequest.newBuilder(admin.resolve("/metrics")).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();

            assertThat(clusters)
                    .contains("\"name\":\"main\",\"breaker\":\"closed\"", a.address(), "\"state\":\"healthy\"");
            assertThat(metrics)
                    .contains(
                            "gateway_cluster_endpoints{cluster=\"main\",state=\"healthy\"} 2",
                            "gateway_cluster_retries_total{cluster=\"main\"} 0",
                            "gateway_cluster_breaker_state{cluster=\"main\"} 0");
        }
    }
}
