// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.penstock.gateway.FreePort;
import io.penstock.gateway.config.discovery.ConsulDiscoveryConfig;
import io.penstock.gateway.config.discovery.DiscoveryConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real Consul agent: registrations, checks, tags, and an agent that is killed and begins with an empty catalogue. */
@Timeout(90)
class ConsulAgentTest {
    @TempDir
    Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private int port;
    private @Nullable Tool agent;

    @BeforeEach
    void startAgent() throws Exception {
        assumeThat(Tool.find("consul")).as("consul (scripts/test brings it)").isPresent();
        port = FreePort.next();
        start();
    }

    @AfterEach
    void end() {
        client.close();
        if (agent != null) {
            agent.close();
        }
    }

    /** In memory alone, with every port but that of the API its own choice or none. */
    private void start() throws Exception {
        agent = Tool.start(
                folder.resolve("log"),
                List.of(
                        Tool.find("consul").orElseThrow().toString(),
                        "agent",
                        "-dev",
                        "-bind=127.0.0.1",
                        "-client=127.0.0.1",
                        "-http-port=" + port,
                        "-dns-port=-1",
                        "-grpc-port=-1",
                        "-serf-lan-port=" + FreePort.next(),
                        "-serf-wan-port=-1",
                        "-server-port=" + FreePort.next()));
        Told.await("the agent leads", () -> {
            try {
                return send("GET", "/v1/status/leader", "").body().length() > 4;
            } catch (IOException e) {
                return false;
            }
        });
    }

    private HttpResponse<String> send(String method, String path, String body) throws IOException {
        try {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .timeout(Duration.ofSeconds(10))
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private void put(String path, String body) throws IOException {
        HttpResponse<String> answer = send("PUT", path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** With a check that says what the test makes it say. */
    private void register(String id, String address, String tag, int weight, String status) throws IOException {
        put("/v1/agent/service/register", """
                {"ID": "%s", "Name": "jobs", "Address": "%s", "Port": 9001, "Tags": ["%s"],
                 "Weights": {"Passing": %d, "Warning": 1},
                 "Check": {"CheckID": "check-%s", "TTL": "10m", "Status": "%s"}}
                """.formatted(id, address, tag, weight, id, status));
    }

    private Told told(List<String> tags, boolean acceptWarning) {
        ConsulDiscoveryConfig config = new ConsulDiscoveryConfig(
                "http://127.0.0.1:" + port,
                "jobs",
                Optional.of("dc1"),
                Optional.empty(),
                tags,
                acceptWarning,
                Duration.ofMinutes(1),
                Duration.ofSeconds(1));
        return new Told(EndpointSource.of("jobs", new DiscoveryConfig(Optional.empty(), Optional.of(config))));
    }

    @Test
    void followsRegistrationsAndChecks() throws Exception {
        register("a", "10.0.0.1", "v1", 5, "passing");
        try (Told told = told(List.of("v1"), false)) {
            assertThat(told.next()).containsExactly(new DiscoveredEndpoint("10.0.0.1:9001", "", 5, 0));

            register("b", "10.0.0.2", "v1", 1, "passing");
            assertThat(told.addresses()).containsExactly("10.0.0.1:9001", "10.0.0.2:9001");
            register("c", "10.0.0.3", "v2", 1, "passing");
            put("/v1/agent/check/fail/check-a", "");
            assertThat(told.addresses()).as("of tag v1").containsExactly("10.0.0.2:9001");
            put("/v1/agent/check/pass/check-a", "");
            assertThat(told.addresses()).containsExactly("10.0.0.1:9001", "10.0.0.2:9001");
            put("/v1/agent/service/deregister/b", "");
            assertThat(told.addresses()).containsExactly("10.0.0.1:9001");
            put("/v1/agent/service/maintenance/a?enable=true", "");
            assertThat(told.next()).isEmpty();
        }
    }

    @Test
    void usesInstancesWithAWarningWhenToldTo() throws Exception {
        register("a", "10.0.0.1", "v1", 5, "warning");
        try (Told told = told(List.of(), true)) {
            assertThat(told.next()).containsExactly(new DiscoveredEndpoint("10.0.0.1:9001", "", 1, 0));

            put("/v1/agent/check/pass/check-a", "");

            assertThat(told.next()).containsExactly(new DiscoveredEndpoint("10.0.0.1:9001", "", 5, 0));
        }
    }

    @Test
    void keepsTheLastGoodAnswerWhileTheAgentIsAwayAndFollowsOneThatBeginsAnew() throws Exception {
        register("a", "10.0.0.1", "v1", 1, "passing");
        try (Told told = told(List.of(), false)) {
            assertThat(told.addresses()).containsExactly("10.0.0.1:9001");

            java.util.Objects.requireNonNull(agent).close();
            told.awaitProblem();
            assertThat(told.nothingNew()).isTrue();

            start();
            register("b", "10.0.0.2", "v1", 1, "passing");
            List<String> addresses = told.addresses();
            while (addresses.isEmpty()) {
                addresses = told.addresses(); // it may have asked before the registration
            }
            assertThat(addresses).containsExactly("10.0.0.2:9001");
        }
    }
}
