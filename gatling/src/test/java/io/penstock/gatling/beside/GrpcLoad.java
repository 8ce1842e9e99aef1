// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.beside;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.gatling.report.Finding;
import io.penstock.gatling.simulation.Http2Simulation;
import io.penstock.gatling.simulation.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Real gRPC calls by the harness, at the rate and for the time of Gatling's calls that only look so. */
public final class GrpcLoad {

    /** The gateway's route of these calls. */
    public static final String ROUTE = "grpc";

    private static final int START_SECONDS = 60;

    private GrpcLoad() {}

    /** Runs the harness, whose command this is without its arguments. */
    public static Beside by(List<String> harness) {
        return stage -> start(harness, stage);
    }

    private static Beside.Running start(List<String> harness, Stage stage) throws IOException {
        int seconds = Http2Simulation.seconds(stage);
        var command = new ArrayList<>(harness);
        command.addAll(List.of("load", "--json", "--timeout", "30s", "--kind", "unary", "-H", "load:harness"));
        command.addAll(List.of("--to", "127.0.0.1:" + stage.otherPort()));
        command.addAll(List.of("--rate", Integer.toString(Http2Simulation.rate()), "--duration", seconds + "s"));
        var log = stage.work().resolve("harness.log");
        var process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        process.getOutputStream().close();
        // Also when this JVM is ended meanwhile.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return () -> finish(process, seconds + START_SECONDS);
    }

    private static Beside.Work finish(Process process, int seconds) throws IOException, InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("harness load did not end within " + seconds + " s");
        }
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return work(process.exitValue(), new ObjectMapper().readTree(said));
    }

    private static Beside.Work work(int code, JsonNode said) {
        long calls = said.path("requests").asLong();
        var table = new ArrayList<String>();
        table.addAll(List.of(
                "real gRPC by the harness, clear text, at the same rate beside Gatling:",
                "  calls %d, failed %d, unsent %d, p50 %.1f ms, p99 %.1f ms"
                        .formatted(
                                calls,
                                said.path("errors").asLong(),
                                said.path("unsent").asLong(),
                                millis(said, "p50"),
                                millis(said, "p99"))));
        var wrong = said.path("first_error").asText();
        if (!wrong.isEmpty()) {
            table.add("  by status " + said.path("status") + ", first error: " + wrong);
        }
        var findings = List.of(
                Finding.same("exit code of harness load", code, 0),
                new Finding(calls > 0, "real gRPC calls: " + calls));
        return new Beside.Work(Map.of(ROUTE, calls), table, findings);
    }

    private static double millis(JsonNode said, String percentile) {
        return said.path("latency_ms").path(percentile).asDouble();
    }
}
