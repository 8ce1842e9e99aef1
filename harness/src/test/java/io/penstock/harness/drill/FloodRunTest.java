// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.penstock.harness.http.HttpTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server in the gateway's place that notes who comes from where. */
class FloodRunTest {
    private final Map<String, Set<InetAddress>> callers = new ConcurrentHashMap<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private FloodReport flood(boolean refusesCallers) throws Exception {
        server.createContext("/", exchange -> answer(exchange, refusesCallers));
        server.start();
        return new FloodRun(new FloodPlan(
                        new HttpTarget(server.getAddress(), "/"),
                        "a-place",
                        100,
                        4,
                        200,
                        20,
                        Duration.ofMillis(100),
                        Duration.ofMillis(600),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10)))
                .run();
    }

    private void answer(HttpExchange exchange, boolean refusesCallers) throws IOException {
        String key = String.valueOf(exchange.getRequestHeaders().getFirst("x-api-key"));
        callers.computeIfAbsent(key, k -> ConcurrentHashMap.newKeySet())
                .add(exchange.getRemoteAddress().getAddress());
        boolean flooded = callers.containsKey("null");
        boolean fine = key.equals("a-place") && !(refusesCallers && flooded);
        exchange.sendResponseHeaders(fine ? 200 : key.equals("null") ? 429 : 403, -1);
        exchange.close();
    }

    @Test
    void comesFromAnAddressForEachConnection() throws Exception {
        FloodReport report = flood(false);

        assertThat(callers.get("a-place"))
                .hasSize(4)
                .allMatch(from -> from.getHostAddress().startsWith("127.0.2."));
        assertThat(callers.get("null"))
                .hasSize(10)
                .allMatch(from -> from.getHostAddress().startsWith("127.66.0."));
        assertThat(callers.get("nobody's")).hasSize(10).doesNotContainAnyElementsOf(callers.get("null"));
        assertThat(report.failed()).isZero();
        assertThat(report.before().requests()).isBetween(59L, 61L);
        assertThat(report.during().requests()).isBetween(99L, 101L);
        assertThat(report.flood()).isBetween(198L, 202L);
        assertThat(report.floodServed()).isZero();
        assertThat(report.floodByEnding()).containsOnlyKeys("403", "429");
        assertThat(report.ratio()).isPositive();
    }

    @Test
    void seesCallersThatAreRefusedInTheFlood() throws Exception {
        FloodReport report = flood(true);

        assertThat(report.before().errors()).isZero();
        assertThat(report.failed()).isPositive();
    }

    @Test
    void hasAddressesThatAHostMayHave() {
        assertThat(FloodRun.addresses(0x7f_42_00_01, 600))
                .hasSize(600)
                .doesNotHaveDuplicates()
                .allMatch(InetAddress::isLoopbackAddress)
                .noneMatch(address -> address.getAddress()[3] == 0 || address.getAddress()[3] == -1);
    }
}
