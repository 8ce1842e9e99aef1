// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Active health checks of endpoints that expect a PROXY protocol header on every connection. */
@Timeout(60)
class HealthCheckProxyTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String V1 = "PROXY UNKNOWN\r\n";
    private static final String V2 = "\r\n\r\n\0\r\nQUIT\n \0\0\0"; // of a connection for our own purposes: LOCAL

    @TempDir
    static Path folder;

    private static RunningGateway gateway(Http1Origin origin, String upstream, String check) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters:
                  - name: origin
                    endpoints: ["%s"]
                    upstream: {protocol: http1, %s}
                    health-check: {interval: 100ms, healthy: 1, unhealthy: 1, %s}
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(origin.address(), upstream, check))
                .start();
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

    private static Http1Origin.Script checked(String header, CopyOnWriteArrayList<String> headers) {
        return connection -> {
            headers.add(connection.text(header.length()));
            if (connection.head().startsWith("GET ")) {
                connection.send("HTTP/1.1 204 No Content\r\n\r\n");
            }
        };
    }

    @ParameterizedTest
    @CsvSource({"v1", "v2"})
    void saysThatACheckIsNobodysConnection(String version) throws Exception {
        String header = version.equals("v1") ? V1 : V2;
        CopyOnWriteArrayList<String> headers = new CopyOnWriteArrayList<>();
        try (Http1Origin origin = Http1Origin.following(checked(header, headers));
                RunningGateway gateway = gateway(origin, "proxy-protocol: " + version, "path: /healthz")) {
            awaitCheck(gateway, "status 204");

            assertThat(headers).containsOnly(header);
        }
    }

    @Test
    void saysSoBeforeTheHandshake() throws Exception {
        TestCertificate ours = TestCertificate.make(folder, "EC");
        CopyOnWriteArrayList<String> headers = new CopyOnWriteArrayList<>();
        CopyOnWriteArrayList<Integer> records = new CopyOnWriteArrayList<>();
        try (Http1Origin origin = Http1Origin.following(connection -> {
                    headers.add(connection.text(V1.length()));
                    records.add((int) connection.text(1).charAt(0));
                });
                RunningGateway gateway =
                        gateway(origin, "proxy-protocol: v1, tls: {ca: \"%s\"}".formatted(ours.chain()), "type: tcp")) {
            Await.until("a check", SOON, () -> !records.isEmpty());
            assertThat(gateway.endedCount()).as("exchanges").isZero();

            assertThat(headers).containsOnly(V1);
            assertThat(records).containsOnly(22); // a handshake
        }
    }

    @Test
    void tellsNothingToAnotherPort() throws Exception {
        CopyOnWriteArrayList<String> begins = new CopyOnWriteArrayList<>();
        try (Http1Origin origin = Http1Origin.echoing();
                Http1Origin other = Http1Origin.following(checked("GET ", begins));
                RunningGateway gateway = gateway(origin, "proxy-protocol: v1", "type: tcp, port: " + other.port())) {
            awaitCheck(gateway, "connected");
            Await.until("two checks", SOON, () -> other.connections() > 1);

            assertThat(begins).isEmpty();
        }
    }
}
