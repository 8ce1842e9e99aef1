// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.CauseCaller.Seen;
import io.penstock.gateway.CauseCaller.Way;
import io.penstock.gateway.exchange.Exchange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what, on each way an exchange is served. */
@Timeout(60)
class PermissionsFilterTest {
    private static final String RULES = """
            {path: /public, public: true}, {path: /known, known: true}, {path: '/orders/{id}', any: [orders:read]},
            {path: '/orders/{id}/pay', all: [orders:read, orders:pay]}, {path: /admin/**, any: [admin]},
            {methods: [PUT], path: /seen/**, any: [orders:write]}, {methods: [GET], path: /seen/**, public: true}
            """.strip();

    private final List<AutoCloseable> open = new ArrayList<>();
    private RunningGateway gateway;

    @BeforeEach
    void start() {
        HostileOrigin origin = HostileOrigin.reformed();
        open.add(origin);
        gateway = RunningGateway.with("""
                        listeners: [{name: main, address: 127.0.0.1, port: 0}]
                        event-loops: 1
                        routes:
                          - {name: all, cluster: origin, filters: [who, else, may]}
                          - {name: free, path-prefix: /free, cluster: origin}
                        clusters: [{name: origin, endpoints: ["%s"], upstream: {protocol: h2c}}]
                        filters:
                          - {name: who, jwt: {issuers: [{secret: "${SHARED}"}], required: false}}
                          - {name: else, api-key: {keys: "${KEYS}", required: false}}
                          - name: may
                            permissions: {rules: [%s], roles: [roles, realm_access.roles]}
                        trusted: [127.0.0.0/8]
                        admin: {port: 0}
                        access-log: {output: none}
                        """.formatted(origin.address(), RULES))
                .variable("SHARED", TestTokens.SHARED)
                .variable("KEYS", "a".repeat(64) + " one")
                .start();
        open.add(gateway);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private CauseCaller caller(Way way) {
        CauseCaller caller = CauseCaller.of(way, gateway);
        open.add(caller);
        for (int i = 0; way == Way.HTTP1_AGAIN && i < 2; i++) {
            caller.ask("/free");
            gateway.ended();
        }
        return caller;
    }

    private static String token(Object... claims) {
        return "Bearer " + TestTokens.shared(claims);
    }

    private static Seen refusal(Way way, int http, int grpc, String cause) {
        return way == Way.GRPC ? new Seen(200, grpc, cause, true) : new Seen(http, Exchange.NONE, cause, true);
    }

    @ParameterizedTest
    @EnumSource
    void letsThosePassWhoMay(Way way) {
        CauseCaller caller = caller(way);
        Seen denied = refusal(way, 403, 7, "permission-denied");
        Seen missing = refusal(way, 401, 16, "credentials-missing");

        assertThat(caller.ask("/public").status()).isEqualTo(200);
        assertThat(caller.ask("/known")).isEqualTo(missing);
        assertThat(caller.ask("/nothing")).isEqualTo(missing);
        assertThat(caller.ask("/known", "authorization", token()).cause()).isNull();
        assertThat(caller.ask("/orders/7", "authorization", token())).isEqualTo(denied);
        assertThat(caller.ask("/orders/7", "authorization", token("scope", "x orders:read y"))
                        .cause())
                .isNull();
        assertThat(caller.ask("/orders/7/pay", "authorization", token("scope", "orders:read")))
                .isEqualTo(denied);
        assertThat(caller.ask("/orders/7/pay", "authorization", token("roles", List.of("orders:*")))
                        .cause())
                .isNull();
        assertThat(caller.ask("/nothing", "authorization", token("scope", "*"))).isEqualTo(denied);
        assertThat(caller.ask("/admin/x", "authorization", token("realm_access", Map.of("roles", List.of("admin"))))
                        .cause())
                .isNull();
        assertThat(caller.reusable()).isTrue();
    }

    @Test
    void tellsTheLogWhichRuleItWas() {
        CauseCaller caller = caller(Way.HTTP1);

        caller.ask("/orders/7", "authorization", token("scope", "secret"));
        caller.ask("/nothing", "authorization", token("scope", "secret"));

        assertThat(gateway.ended().detail()).isEqualTo("rule /orders/{id} needs orders:read");
        assertThat(gateway.ended().detail()).isEqualTo("no rule is about it");
    }

    /** What would do is offered by those who let strangers pass; a token that lacks a scope is told so (RFC 6750). */
    @Test
    void saysWhatWouldDo() throws IOException {
        assertThat(answer("GET /known HTTP/1.1\r\n"))
                .contains(
                        "\r\nwww-authenticate: Bearer realm=\"who\"\r\n",
                        "\r\nwww-authenticate: ApiKey realm=\"else\"\r\n");
        assertThat(answer("GET /orders/7 HTTP/1.1\r\nAuthorization: " + token() + "\r\n"))
                .startsWith("HTTP/1.1 403 ")
                .contains("\r\nwww-authenticate: Bearer realm=\"who\", error=\"insufficient_scope\"\r\n")
                .doesNotContain("orders:read");
        assertThat(answer("GET /public HTTP/1.1\r\n"))
                .startsWith("HTTP/1.1 200 ")
                .doesNotContain("www-authenticate");
    }

    private String answer(String head) throws IOException {
        try (Http1Origin.Connection client = gateway.http1Client()) {
            client.send(head + "Host: a.test\r\n\r\n");
            return client.request();
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, 200", "PUT, 401", "HEAD, 401"})
    void tellsMethodsApart(String method, int status) throws IOException {
        try (Http1Origin.Connection client = gateway.http1Client()) {
            client.send(method + " /seen/x HTTP/1.1\r\nHost: a.test\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 " + status + " ");
        }
    }

    /** Whatever the listener's path policy lets pass. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/seen/../admin",
                "/seen/..;/admin",
                "/seen/%2e%2e/admin",
                "/seen/x//../../..//admin",
                "/seen;x/../admin",
                "/seen/%2E%2E;/admin/x",
                "/%61dmin",
                "//admin",
                "/admin/",
                "/seen/x/..;/..;/ADMIN",
                "/seen/x%2F..;%2F..;%2Fadmin"
            })
    void letsNoOddPathSlipPastARule(String path) throws IOException {
        assertThat(answer("GET " + path + " HTTP/1.1\r\n"))
                .startsWith("HTTP/1.1 4")
                .contains("\r\nx-penstock-cause: ");
        assertThat(gateway.ended().attempts()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/public | | allowed, rule /public needs nothing",
                "/known | | refused: credentials-missing, rule /known needs a known caller",
                "/nothing | scope | refused: permission-denied, no rule is about it",
                "/orders/7 | scope | asks who who calls, rule /orders/{id} needs orders:read",
            })
    void explainsWhichRuleDecides(String path, String claim, String words) throws IOException {
        String token = claim == null ? "" : "Authorization: " + token(claim, "other") + "\r\n";

        assertThat(answer("GET " + path + " HTTP/1.1\r\n" + token + "X-Penstock-Explain: 1\r\n"))
                .contains("may: " + words + "\"");
    }

    @Test
    void explainsOfAKnownTokenWhatBecomesOfIt() throws IOException {
        String token = "Authorization: " + token("scope", "orders:read") + "\r\n";
        answer("GET /known HTTP/1.1\r\n" + token);

        assertThat(answer("GET /orders/7 HTTP/1.1\r\n" + token + "X-Penstock-Explain: 1\r\n"))
                .contains("may: allowed, rule /orders/{id} needs orders:read\"");
        assertThat(answer("GET /orders/7/pay HTTP/1.1\r\n" + token + "X-Penstock-Explain: 1\r\n"))
                .contains(
                        "may: refused: permission-denied, rule /orders/{id}/pay needs all of orders:read, orders:pay\"");
    }
}
