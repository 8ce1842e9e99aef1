// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.harness.backend.Backends;
import io.penstock.harness.drain.DrainPlan;
import io.penstock.harness.drain.DrainReport;
import io.penstock.harness.drain.DrainRun;
import io.penstock.harness.drill.ControlledBackend;
import io.penstock.harness.websocket.WebSocketBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * SIGTERM while callers of HTTP/1.1, HTTP/2, gRPC and WebSocket are at work, who behave as their protocols ask. Once by default; 20 times
 * with {@code -Dpenstock.long=true}.
 */
@Tag("process")
class DrainUnderLoadTest {
    private static final boolean LONG = Boolean.getBoolean("penstock.long");
    private static final int RUNS = LONG ? 20 : 1;
    private static final int CALLERS = 16;
    private static final int SOCKETS = 8;
    private static final int WARM = 50;
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    private static Backends backends;
    private static ControlledBackend http;
    private static WebSocketBackend sockets;

    @BeforeAll
    static void start() throws IOException {
        backends = Backends.start(Backends.Ports.any());
        http = ControlledBackend.start("a", 0, () -> {});
        sockets = WebSocketBackend.start("echo", 0);
    }

    @AfterAll
    static void stop() throws IOException {
        backends.close();
        http.close();
        sockets.close();
    }

    private static IntStream runs() {
        return IntStream.rangeClosed(1, RUNS);
    }

    private static GatewayProcess gateway(Duration timeout) throws IOException {
        return GatewayProcess.start(
                folder, """
                listeners: [{name: public, address: 127.0.0.1, port: 0}]
                routes:
                  - {name: calls, path-prefix: /penstock.Echo, cluster: grpc}
                  - {name: sockets, path-prefix: /ws, cluster: sockets}
                  - {name: rest, cluster: http}
                clusters:
                  - {name: grpc, endpoints: ["127.0.0.1:%d"]}
                  - {name: sockets, endpoints: ["127.0.0.1:%d"], upstream: {protocol: http1}}
                  - {name: http, endpoints: ["127.0.0.1:%d"], upstream: {protocol: http1}}
                drain: {timeout: %dms, notice: 0s}
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(backends.grpcA(), sockets.port(), http.port(), timeout.toMillis()));
    }

    private static DrainRun load(GatewayProcess gateway) throws IOException, InterruptedException {
        DrainRun run = DrainRun.start(new DrainPlan(gateway.address(), CALLERS, SOCKETS, SOON));
        run.awaitLoad(WARM, SOON);
        return run;
    }

    private static double metric(GatewayProcess gateway, String name) throws IOException, InterruptedException {
        String page = gateway.admin("/metrics").body();
        return page.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .sum();
    }

    @ParameterizedTest
    @MethodSource("runs")
    void failsNoRequest(int time) throws Exception {
        try (GatewayProcess gateway = gateway(Duration.ofSeconds(30));
                DrainRun run = load(gateway)) {
            run.signalled();
            gateway.terminate();

            assertThat(run.awaitGone(SOON))
                    .as("every caller is gone: %s", run.report())
                    .isTrue();
            long messages = run.messages();
            Await.until("messages after everybody else has gone", SOON, () -> run.messages() > messages + WARM);
            double accepted = metric(gateway, "gateway_listener_accepted_total{listener=\"public\"}");
            assertThat(run.leave(SOON)).as("every socket is closed").isTrue();
            int code = gateway.awaitExit();

            DrainReport report = run.report();
            assertThat(report.problems()).as("%s", report).isEmpty();
            assertThat(report.lines()).as("answered while it drained").allMatch(line -> line.draining() > 0);
            assertThat(report.turnedAway())
                    .as("connections that the gateway never saw: %s", report)
                    .isEqualTo((long) (report.connections() - accepted));
            assertThat(code).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void keepsWebSocketsOpenUntilTheTimeoutHasPassed(int time) throws Exception {
        Duration timeout = Duration.ofSeconds(3);
        try (GatewayProcess gateway = gateway(timeout);
                DrainRun run = load(gateway)) {
            run.signalled();
            run.socketsMayEnd();
            long signal = System.nanoTime();
            gateway.terminate();

            List<String> endings = run.awaitEndings(SOON);
            Duration open = Duration.ofNanos(System.nanoTime() - signal);
            int code = gateway.awaitExit();
            Duration whole = Duration.ofNanos(System.nanoTime() - signal);

            assertThat(run.report().problems()).as("%s", run.report()).isEmpty();
            assertThat(endings).hasSize(2 * SOCKETS).contains("close 1001"); // none only in the middle of a frame
            assertThat(open).isGreaterThanOrEqualTo(timeout);
            assertThat(whole).isLessThan(timeout.plusSeconds(4));
            assertThat(code).isZero();
        }
    }
}
