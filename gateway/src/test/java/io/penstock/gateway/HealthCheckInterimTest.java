// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Active health checks of endpoints that send interim answers before the final one. */
@Timeout(60)
class HealthCheckInterimTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int MANY = 17;

    private static RunningGateway gateway(String endpoint, String check) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters:
                  - name: origin
                    endpoints: ["%s"]
                    upstream: {protocol: %s}
                    health-check: {interval: 100ms, healthy: 1, unhealthy: 1, %s}
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(endpoint, endpoint.startsWith("$") ? "h2c" : "http1", check));
    }

    private static void awaitCheck(RunningGateway gateway, String text) {
        Await.until(
                "check: " + text,
                SOON,
                () -> gateway.gateway()
                        .clusters()
                        .cluster("origin")
                        .report()
                        .endpoints()
                        .getFirst()
                        .lastCheck()
                        .contains(text));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 200, status 200",
        "3, 204, status 204",
        "2, 503, 'status 503, expected'",
        MANY + ", 200, more than 16 interim answers"
    })
    void takesTheFinalAnswerOfHttp1(int interim, int last, String said) throws IOException {
        try (Http1Origin origin = Http1Origin.following(connection -> {
                    connection.head();
                    for (int i = 0; i < interim; i++) {
                        connection.send(
                                i % 2 == 0 ? "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" : "HTTP/1.1 102\r\n\r\n");
                    }
                    connection.send("HTTP/1.1 " + last + " x\r\nContent-Length: 0\r\n\r\n");
                });
                RunningGateway gateway =
                        gateway(origin.address(), "path: /healthz").start()) {
            awaitCheck(gateway, said);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 200, status 200",
        "3, 204, status 204",
        "2, 503, 'status 503, expected'",
        MANY + ", 200, more than 16 interim answers"
    })
    void takesTheFinalAnswerOfHttp2(int interim, String last, String said) {
        try (RunningGateway gateway = gateway("${ORIGIN}", "path: /healthz").start()) {
            answer(gateway, interim, peer -> peer.head(1, true, ":status", last));

            awaitCheck(gateway, said);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, serving", "3, 1, serving", "2, 2, not serving", MANY + ", 1, more than 16 interim answers"})
    void takesTheFinalAnswerOfGrpc(int interim, int status, String said) {
        try (RunningGateway gateway = gateway("${ORIGIN}", "type: grpc").start()) {
            answer(gateway, interim, peer -> {
                peer.grpcResponse(1);
                peer.data(1, new byte[] {0, 0, 0, 0, 2, 8, (byte) status}, false);
                peer.head(1, true, "grpc-status", "0");
            });

            awaitCheck(gateway, said);
        }
    }

    private static void answer(RunningGateway gateway, int interim, Consumer<FramePeer> last) {
        gateway.origin().prepare(peer -> {
            peer.awaitHead(1);
            for (int i = 0; i < interim; i++) {
                peer.head(1, false, ":status", "103", "link", "</a>");
            }
            last.accept(peer);
        });
    }
}
