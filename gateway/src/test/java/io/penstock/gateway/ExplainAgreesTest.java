// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.auth.Digest;
import io.penstock.gateway.exchange.Exchange;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a request is what becomes of it: each is asked about, then sent, to the same gateway. */
class ExplainAgreesTest {
    private Http1Origin origin;
    private RunningGateway gateway;

    @BeforeEach
    void start() throws IOException {
        origin = Http1Origin.echoing();
        gateway = RunningGateway.with("""
                        listeners: [{name: main, address: 127.0.0.1, port: 0}]
                        filters:
                          - {name: pages, cors: {origins: ["https://app.test"]}}
                          - {name: keys, api-key: {keys: "${KEYS}"}}
                          - {name: small, limit-body: {request: 1B}}
                          - {name: maybe, api-key: {keys: "${KEYS}", required: false}}
                          - {name: may, permissions: {rules: [{path: /may/public, public: true}, {path: /may/**, any: [may:read]}]}}
                        global-filters: [pages]
                        routes:
                          - {name: old, path-prefix: /old, redirect: {path-prefix: /new}}
                          - {name: fixed, path: /fixed, answer: {status: 418}}
                          - {name: keyed, path: /keyed, cluster: people, filters: [keys]}
                          - {name: may, path-prefix: /may, cluster: people, filters: [maybe, may]}
                          - {name: small, path: /small, cluster: people, filters: [small]}
                          - {name: moved, path-template: "/users/{id}", rewrite: {path: "/people/{id}"}, cluster: people}
                          - {name: plain, path-prefix: /plain, cluster: people}
                        clusters: [{name: people, endpoints: ["%s"], upstream: {protocol: http1}}]
                        admin: {port: 0}
                        access-log: {output: none}
                        trusted: [127.0.0.0/8]
                        """.formatted(origin.address()))
                .variable(
                        "KEYS",
                        Digest.of("reader").hex() + " one may:*\n"
                                + Digest.of("other").hex() + " two may:write")
                .start();
    }

    @AfterEach
    void stop() {
        gateway.close();
        origin.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /plain/a | X: 1 | 200 | plain | get /plain/a",
                "GET | /users/42 | X: 1 | 200 | moved | get /people/42",
                "GET | /old/a | X: 1 | 301 | old | location: http://a.test/new/a",
                "GET | /fixed | X: 1 | 418 | fixed | HTTP/1.1",
                "GET | /none | X: 1 | 404 | '' | no-route",
                "GET | /keyed | X: 1 | 401 | keyed | credentials-missing",
                "GET | /keyed | X-Api-Key: no | 401 | keyed | credentials",
                "GET | /may/public | X: 1 | 200 | may | get /may/public",
                "GET | /may/x | X: 1 | 401 | may | credentials-missing",
                "GET | /may/x | X-Api-Key: reader | 200 | may | get /may/x",
                "GET | /may/x | X-Api-Key: other | 403 | may | permission-denied",
                "POST | /small | Content-Length: 9 | 413 | small | body-too-large",
                "OPTIONS | /plain | Max-Forwards: 0 | 200 | '' | allow: ",
                "OPTIONS | /plain | Max-Forwards: 1 | 200 | plain | options /plain",
            })
    void withWhatBecomesOfIt(String method, String path, String field, int status, String route, String answer)
            throws IOException {
        String explained = exchange(method, path, field + "\r\nX-Penstock-Explain: 1");
        gateway.ended();
        boolean served = explained.contains("\"cluster\":");

        String answered = exchange(method, path, field);
        Exchange exchange = gateway.ended();

        assertThat(answered).startsWith("HTTP/1.1 " + status + " ").containsIgnoringCase(answer);
        assertThat(exchange.route()).isEqualTo(route);
        assertThat(explained.contains("\"route\":\"" + route + '"') || route.isEmpty())
                .as(explained)
                .isTrue();
        assertThat(origin.connections() > 0).as(explained).isEqualTo(served);
        if (exchange.cause() != null && !route.isEmpty()) {
            assertThat(explained).contains(exchange.cause().slug());
        }
    }

    private String exchange(String method, String path, String field) throws IOException {
        try (Http1Origin.Connection client = gateway.http1Client()) {
            client.send(method + ' ' + path + " HTTP/1.1\r\nHost: a.test\r\n" + field + "\r\n\r\n");
            return client.request();
        }
    }
}
