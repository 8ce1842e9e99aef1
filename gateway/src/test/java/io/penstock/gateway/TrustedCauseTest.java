// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Causes are for callers whose peer and whose client are trusted: a load balancer is, those who call it may not be. */
class TrustedCauseTest {
    private static final String CALLERS = """
            127.0.0.0/8, , true
            127.0.0.0/8, 127.0.0.5, true
            127.0.0.0/8, 203.0.113.9, false
            127.0.0.0/8, '127.0.0.5, 203.0.113.9', false
            10.99.0.0/16, , false
            10.99.0.0/16, 10.99.0.1, false
            """;

    private static RunningGateway gateway(String trusted, int http1) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes:
                  - {name: old, path-prefix: /old, cluster: old}
                  - {name: new, path-prefix: /pkg.Service, cluster: origin}
                clusters:
                  - {name: origin, endpoints: ["${ORIGIN}"]}
                  - {name: old, endpoints: ["127.0.0.1:%d"], upstream: {protocol: http1}}
                admin: {port: 0}
                access-log: {output: none}
                trusted: [%s]
                """.formatted(http1, trusted)).start();
    }

    private static int get(FramePeer client, String path, @Nullable String behind) {
        return behind == null ? client.get(path) : client.get(path, "x-forwarded-for", behind);
    }

    @ParameterizedTest
    @CsvSource(textBlock = CALLERS)
    void tellsItsOwn(String trusted, @Nullable String behind, boolean told) {
        try (RunningGateway gateway = gateway(trusted, 1)) {
            FramePeer client = gateway.client();

            WireFrame answer = client.awaitHead(get(client, "/nowhere", behind));

            assertThat(answer.status()).isEqualTo("404");
            assertThat(answer.value("x-penstock-cause")).isEqualTo(told ? "no-route" : null);
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = CALLERS)
    void passesAnUpstreamsOn(String trusted, @Nullable String behind, boolean told) {
        try (RunningGateway gateway = gateway(trusted, 1)) {
            FramePeer client = gateway.client();
            int call = get(client, "/pkg.Service/x", behind);
            FramePeer origin = gateway.origin().connection();
            origin.awaitHead(1);

            origin.head(1, false, ":status", "200", "x-penstock-cause", "deep", "x-other", "kept");
            origin.head(1, true, "x-penstock-cause", "deeper", "x-sum", "3");

            WireFrame head = client.awaitHead(call);
            assertThat(head.value("x-penstock-cause")).isEqualTo(told ? "deep" : null);
            assertThat(head.value("x-other")).isEqualTo("kept");
            WireFrame trailer = client.awaitRest(call).trailer();
            assertThat(trailer.value("x-penstock-cause")).isEqualTo(told ? "deeper" : null);
            assertThat(trailer.value("x-sum")).isEqualTo("3");
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = CALLERS)
    void passesThatOfAnHttp1UpstreamOn(String trusted, @Nullable String behind, boolean told) {
        try (Http1Origin origin = Http1Origin.following(connection -> {
                    connection.request();
                    connection.send("HTTP/1.1 200 OK\r\nx-penstock-cause: deep\r\ntransfer-encoding: chunked\r\n\r\n");
                    connection.send("1\r\na\r\n0\r\nx-penstock-cause: deeper\r\nx-sum: 3\r\n\r\n");
                });
                RunningGateway gateway = gateway(trusted, origin.port())) {
            FramePeer client = gateway.client();

            int call = get(client, "/old", behind);

            assertThat(client.awaitHead(call).value("x-penstock-cause")).isEqualTo(told ? "deep" : null);
            WireFrame trailer = client.awaitRest(call).trailer();
            assertThat(trailer.value("x-penstock-cause")).isEqualTo(told ? "deeper" : null);
            assertThat(trailer.value("x-sum")).isEqualTo("3");
        }
    }
}
