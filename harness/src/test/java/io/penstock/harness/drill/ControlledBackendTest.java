// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.harness.http.HttpAnswer;
import io.penstock.harness.http.HttpConnection;
import io.penstock.harness.http.HttpTarget;
import io.penstock.harness.terminal.Reading;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlledBackendTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final AtomicInteger told = new AtomicInteger();
    private ControlledBackend backend;

    @BeforeEach
    void start() throws Exception {
        backend = ControlledBackend.start("a", 0, told::incrementAndGet);
    }

    @AfterEach
    void stop() throws Exception {
        backend.close();
    }

    private InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), backend.port());
    }

    private HttpAnswer get(String path) throws IOException {
        try (var connection = HttpConnection.open(address(), TIMEOUT)) {
            return connection.exchange(new HttpTarget(address(), path).get(), TIMEOUT);
        }
    }

    @Test
    void answersAndCountsWhatArrivedButNotHealthChecks() throws Exception {
        var answer = get("/any");
        get("/health");

        assertThat(answer).isEqualTo(new HttpAnswer(200, 7, true, "a"));
        assertThat(backend.arrivals()).isEqualTo(1);
        assertThat(told).hasValue(1);
    }

    @Test
    void readsABodyBeforeTheNextRequestOfTheConnection() throws Exception {
        try (var connection = HttpConnection.open(address(), TIMEOUT)) {
            var post = new HttpTarget(address(), "/").request("POST", List.of(), 100_000);

            assertThat(connection.exchange(post, TIMEOUT).status()).isEqualTo(200);
            assertThat(connection.exchange(post, TIMEOUT).status()).isEqualTo(200);
        }
    }

    @Test
    void failsAsManyAsAskedEvenly() throws Exception {
        backend.behave(new Behaviour(Duration.ZERO, 30, false));

        var statuses = new ArrayList<Integer>();
        for (int i = 0; i < 20; i++) {
            statuses.add(get("/").status());
        }

        assertThat(statuses).filteredOn(s -> s == 503).hasSize(6);
        assertThat(statuses.subList(0, 10)).filteredOn(s -> s == 503).hasSize(3);
    }

    @Test
    void waitsBeforeItAnswers() throws Exception {
        backend.behave(Behaviour.slow(Duration.ofMillis(150)));

        long began = System.nanoTime();
        assertThat(get("/").status()).isEqualTo(200);
        assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(150_000_000L);
    }

    @Test
    void refusesConnectionsWhileDownAndComesBackOnItsPort() throws Exception {
        int port = backend.port();
        try (var open = HttpConnection.open(address(), TIMEOUT)) {
            var request = new HttpTarget(address(), "/").get();
            open.exchange(request, TIMEOUT);

            backend.behave(Behaviour.gone());

            assertThatThrownBy(() -> open.exchange(request, TIMEOUT)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);
            assertThat(backend.port()).isEqualTo(port);
        }

        backend.behave(Behaviour.FINE);
        assertThat(get("/").status()).isEqualTo(200);
    }

    private static HttpResponse<String> control(HttpClient client, ControlServer server, String query)
            throws Exception {
        var uri = URI.create("http://127.0.0.1:" + server.port() + "/control" + query);
        return client.send(HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(), BodyHandlers.ofString());
    }

    @Test
    void isSteeredOverHttpAlsoWhileDown() throws Exception {
        try (var server = ControlServer.start(0, List.of(backend));
                var client = HttpClient.newHttpClient()) {
            control(client, server, "?backend=a&down=true");
            assertThat(backend.behaviour()).isEqualTo(Behaviour.gone());

            var answer = control(client, server, "?backend=a&delay=20&fail=50");
            assertThat(backend.behaviour()).isEqualTo(new Behaviour(Duration.ofMillis(20), 50, false));
            assertThat(Reading.json(answer.body()))
                    .isEqualTo(Map.of(
                            "a",
                            Map.of("port", backend.port(), "delay", 20, "fail", 50, "down", false, "arrivals", 0)));
            assertThat(control(client, server, "").body()).isEqualTo(answer.body());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"?backend=z", "?delay=1", "?backend=a&fail=101", "?backend=a&delay=x", "?backend=a&dwon=true"})
    void refusesToBeSteeredByMistakes(String query) throws Exception {
        try (var server = ControlServer.start(0, List.of(backend));
                var client = HttpClient.newHttpClient()) {
            var answer = control(client, server, query);

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(backend.behaviour()).isEqualTo(Behaviour.FINE);
        }
    }
}
