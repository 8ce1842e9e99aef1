// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.store.RedisProcess;
import io.penstock.harness.backend.Backends;
import io.penstock.harness.call.CallPlan;
import io.penstock.harness.call.CallResult;
import io.penstock.harness.call.Caller;
import io.penstock.harness.call.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The configurations that ship, from the file to an answer. */
@Timeout(60)
class ShippedExamplesTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    private static LocalGateway start(String file, Map<String, String> environment) throws Exception {
        return LocalGateway.start(Files.readString(Path.of("config", file)), environment);
    }

    private static CallResult call(Caller caller, LocalGateway gateway) {
        try {
            return caller.make(
                    new CallPlan(Kind.UNARY, gateway.address(), "42", List.of(), 1, 10, "/", Duration.ofSeconds(5)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Test
    void sendsCallsWhereAPlainSetInRedisSays() throws Exception {
        try (Backends backends = Backends.start(Backends.Ports.any());
                RedisProcess redis = RedisProcess.start(folder);
                LocalGateway gateway =
                        start("jobid.yaml", Map.of("PORT", "0", "ADMIN_PORT", "0", "REDIS_URL", redis.url()));
                Caller caller = new Caller(gateway.address())) {
            redis.call("SET", "42", "127.0.0.1:" + backends.grpcA());
            Await.until(
                    "the first target",
                    SOON,
                    () -> call(caller, gateway).backend().equals("a"));

            redis.call("SET", "42", "127.0.0.1:" + backends.grpcB());
            Await.until(
                    "the next target",
                    SOON,
                    () -> call(caller, gateway).backend().equals("b"));
        }
    }

    /** Of a key that nobody stored a stranger does not even learn that. */
    @Test
    void looksNothingUpForStrangers() throws Exception {
        TestTokens issuer = TestTokens.of("ES256", "");
        try (LocalGateway gateway =
                start("jobid-identity.yaml", Map.of("PORT", "0", "ADMIN_PORT", "0", "IDENTITY_KEYS", issuer.pem()))) {
            FramePeer client = FramePeer.connect(gateway.address());

            assertThat(status(client, "jobid", "unknown")).isEqualTo("16");
            assertThat(status(client, "jobid", "unknown", "authorization", "Bearer nonsense"))
                    .isEqualTo("16");
            assertThat(lookups(gateway)).isZero();
            assertThat(status(client, "jobid", "unknown", "authorization", "Bearer " + issuer.token()))
                    .isEqualTo("5");
            assertThat(lookups(gateway)).isOne();
            client.close();
        }
    }

    /** How often the lookup was asked, whatever it found. */
    private static long lookups(LocalGateway gateway) throws IOException {
        URI metrics = URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + "/metrics");
        try (InputStream in = metrics.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.matches("gateway_lookup_(hits|loads|joined|refreshes|stale)_total[{].*"))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }

    private static String status(FramePeer client, String... fields) throws Exception {
        int stream = client.open(
                true,
                FramePeer.joined(
                        new String[] {
                            ":method",
                            "POST",
                            ":scheme",
                            "http",
                            ":path",
                            "/s/m",
                            ":authority",
                            "a.test",
                            "content-type",
                            "application/grpc",
                            "te",
                            "trailers"
                        },
                        fields));
        return String.valueOf(client.awaitHead(stream).value("grpc-status"));
    }

    @Test
    void proxiesHttp() throws Exception {
        try (Backends backends = Backends.start(Backends.Ports.any());
                LocalGateway gateway = start(
                        "proxy.yaml",
                        Map.of("PORT", "0", "ADMIN_PORT", "0", "UPSTREAM", "127.0.0.1:" + backends.http()));
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/"))
                            .timeout(SOON)
                            .build(),
                    BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue(Backends.BACKEND_FIELD)).hasValue("http");
        }
    }
}
