// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Filters by name: their order, templates, and what {@code cors} says. */
@Timeout(60)
class NamedFilterTest {
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private RunningGateway gateway(String route, String filters) {
        RunningGateway gateway = RunningGateway.with(
                        """
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes:
                  - {name: all, cluster: origin%s}
                  - {name: own, path: /own, answer: {status: 203}%s}
                clusters: [{name: origin, endpoints: ["${ORIGIN}"]}]
                filters:
                %s
                global-filters: [%s]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(route, route, filters.indent(2), filters.contains("name: first,") ? "first" : ""))
                .start();
        open.add(gateway);
        return gateway;
    }

    @Test
    void fillsInWhatAnExchangeKnows() {
        RunningGateway gateway = gateway(", filters: [mark]", """
                - name: mark
                  headers:
                    request: {set: {x-a: "${client}/${route}/$${x}/${request-id}"}, add: {x-time: "${now}"}}
                    response: {set: {x-b: "${request-id}"}}
                """);
        FramePeer client = gateway.client();
        int stream = client.get("/", "x-request-id", "id-1", "x-a", "spoofed");
        WireFrame request = gateway.origin().connection().awaitHead(1);
        String id = request.value("x-request-id");

        assertThat(request.value("x-a")).isEqualTo("127.0.0.1/all/${x}/" + id);
        assertThat(request.value("x-time")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        int own = client.get("/own");
        WireFrame answer = client.awaitHead(own);
        assertThat(answer.status()).isEqualTo("203");
        assertThat(answer.value("x-b")).isNotEmpty().isNotEqualTo(id);
        assertThat(client.pending(stream)).isEmpty();
    }

    @Test
    void runInTheOrderOfTheirListsAndBackwardsForResponses() {
        RunningGateway gateway = gateway(", filters: [b, c], request-headers: {set: {x: \"${route}\"}}", """
                - {name: first, headers: {request: {set: {x: a}}, response: {set: {y: a}}}}
                - {name: b, headers: {request: {set: {x: b}}, response: {set: {y: b}}}}
                - {name: c, headers: {request: {add: {x: c}}, response: {set: {y: c}}}}
                """);
        FramePeer client = gateway.client();
        client.get("/");

        assertThat(gateway.origin().connection().awaitHead(1).value("x")).isEqualTo("all");
        assertThat(client.awaitHead(client.get("/own")).value("y")).isEqualTo("a");
    }

    /** A refusal passes them, too: callers of other origins can read why. */
    @Test
    void marksRefusals() {
        RunningGateway gateway =
                gateway(", filters: [cors], upgrades: []", "- {name: cors, cors: {origins: [\"https://a.test\"]}}");
        FramePeer client = gateway.client();
        gateway.origin().stopAccepting();
        WireFrame refusal = client.awaitHead(client.get("/", "origin", "https://a.test"));

        assertThat(refusal.status()).isEqualTo("502");
        assertThat(refusal.value("access-control-allow-origin")).isEqualTo("https://a.test");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "origins: [\"https://a.test\"] | https://a.test | https://a.test | origin | -",
                "origins: [\"https://a.test\"] | https://A.test | https://A.test | origin | -",
                "origins: [\"https://a.test\"] | http://a.test | - | origin | -",
                "origins: [\"https://a.test\"] | https://a.test.evil | - | origin | -",
                "origins: [\"https://a.test\"] | null | - | origin | -",
                "origins: [\"null\"] | null | null | origin | -",
                "origins: [\"https://*.a.test\"] | https://b.a.test | https://b.a.test | origin | -",
                "origins: [\"https://*.a.test\"] | https://c.b.a.test | https://c.b.a.test | origin | -",
                "origins: [\"https://*.a.test\"] | https://a.test | - | origin | -",
                "origins: [\"https://*.a.test\"] | https://evila.test | - | origin | -",
                "origins: [\"https://*.a.test\"] | https://b.a.test:8443 | - | origin | -",
                "origins: [\"https://*.a.test:8443\"] | https://b.a.test:8443 | https://b.a.test:8443 | origin | -",
                "origins: [\"*\"] | https://any.test | * | - | -",
                "origins: [\"https://a.test\"], credentials: true | https://a.test | https://a.test | origin | true",
            })
    void saysWhichPagesMayReadAResponse(String keys, String origin, String allowed, String vary, String credentials) {
        RunningGateway gateway = gateway(", filters: [cors]", "- {name: cors, cors: {" + keys + "}}");
        FramePeer client = gateway.client();

        WireFrame head = client.awaitHead(client.get("/own", "origin", origin));

        assertThat(head.status()).isEqualTo("203");
        assertThat(head.value("access-control-allow-origin")).isEqualTo(allowed);
        assertThat(head.value("vary")).isEqualTo(vary);
        assertThat(head.value("access-control-allow-credentials")).isEqualTo(credentials);
    }

    @Test
    void replacesWhatTheUpstreamSays() {
        RunningGateway gateway =
                gateway(", filters: [cors]", "- {name: cors, cors: {origins: [\"https://a.test\"], expose: [X-Sum]}}");
        FramePeer client = gateway.client();
        int stream = client.get("/", "origin", "https://a.test");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, true, ":status", "200", "access-control-allow-origin", "*", "vary", "accept, Origin");

        WireFrame head = client.awaitHead(stream);
        assertThat(head.value("access-control-allow-origin")).isEqualTo("https://a.test");
        assertThat(head.value("access-control-expose-headers")).isEqualTo("x-sum");
        assertThat(head.value("vary")).isEqualTo("accept, Origin");
    }

    @ParameterizedTest
    @CsvSource({"https://a.test, 204, https://a.test", "https://b.test, 403,"})
    void answersPreflights(String origin, String status, String allowed) {
        RunningGateway gateway = gateway(
                ", filters: [cors]",
                "- {name: cors, cors: {origins: [\"https://a.test\"], methods: [PUT], headers: [X-Key], max-age: 10m}}");
        FramePeer client = gateway.client();
        int stream = client.open(
                true,
                ":method",
                "OPTIONS",
                ":scheme",
                "http",
                ":path",
                "/",
                ":authority",
                "a.test",
                "origin",
                origin,
                "access-control-request-method",
                "PUT",
                "access-control-request-headers",
                "x-key");

        WireFrame head = client.awaitHead(stream);
        assertThat(head.status()).isEqualTo(status);
        assertThat(head.value("access-control-allow-origin")).isEqualTo(allowed);
        assertThat(head.value("vary")).contains("origin", "access-control-request-method");
        assertThat(head.value("access-control-allow-methods")).isEqualTo(allowed == null ? null : "PUT");
        assertThat(head.value("access-control-allow-headers")).isEqualTo(allowed == null ? null : "x-key");
        assertThat(head.value("access-control-max-age")).isEqualTo(allowed == null ? null : "600");
        assertThat(gateway.origin().connections()).isZero();
    }

    /** An OPTIONS that is no preflight is the upstream's. */
    @Test
    void leavesOtherOptionsToTheUpstream() {
        RunningGateway gateway = gateway(", filters: [cors]", "- {name: cors, cors: {origins: [\"https://a.test\"]}}");
        FramePeer client = gateway.client();
        client.open(
                true,
                ":method",
                "OPTIONS",
                ":scheme",
                "http",
                ":path",
                "/",
                ":authority",
                "a.test",
                "origin",
                "https://a.test");

        assertThat(gateway.origin().connection().awaitHead(1).value(":method")).isEqualTo("OPTIONS");
    }
}
