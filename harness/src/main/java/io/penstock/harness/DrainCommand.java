// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.backend.Backends;
import io.penstock.harness.drain.DrainPlan;
import io.penstock.harness.drain.DrainReport;
import io.penstock.harness.drain.DrainRun;
import io.penstock.harness.drill.ControlledBackend;
import io.penstock.harness.http.HttpTarget;
import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.DurationText;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.UrlText;
import io.penstock.harness.terminal.UsageException;
import io.penstock.harness.websocket.WebSocketBackend;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Starts a gateway, puts it under load in every protocol, sends it SIGTERM, and judges what the callers saw. */
@Command(
        name = "drain",
        description = {
            "Starts a gateway and callers of HTTP/1.1, HTTP/2, gRPC and WebSocket, sends",
            "SIGTERM under load, and counts requests that failed by it."
        },
        mixinStandardHelpOptions = true)
final class DrainCommand implements Callable<Integer> {

    private static final Duration BEGIN = Duration.ofSeconds(60);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(100);
    private static final int WARM = 20;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--to",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080/",
            converter = UrlText.class,
            description = "the gateway, on loopback (http://127.0.0.1:8080/)")
    private @Nullable HttpTarget to;

    @Option(
            names = "--backends",
            paramLabel = "HTTP,GRPC,SOCKETS",
            split = ",",
            defaultValue = "9121,9122,9123",
            description = "their three ports (9121,9122,9123)")
    private List<Integer> ports = new ArrayList<>();

    @Option(names = "--callers", paramLabel = "N", defaultValue = "32", description = "of each protocol (32)")
    private int callers;

    @Option(
            names = "--sockets",
            paramLabel = "N",
            defaultValue = "16",
            description = "over HTTP/1.1, and as many over HTTP/2 (16)")
    private int sockets;

    @Option(
            names = "--load",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = DurationText.class,
            description = "before SIGTERM (5s)")
    private Duration load = Duration.ZERO;

    @Option(
            names = "--stay",
            paramLabel = "TIME",
            defaultValue = "2s",
            converter = DurationText.class,
            description = "sockets go on for so long after it (2s)")
    private Duration stay = Duration.ZERO;

    @Option(
            names = "--limit",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = DurationText.class,
            description = "the longest time to exit (30s)")
    private Duration limit = Duration.ZERO;

    @Option(names = "--json", description = "one line of JSON")
    private boolean json;

    @Parameters(paramLabel = "COMMAND", arity = "1..*", description = "what starts the gateway, after --")
    private List<String> command = new ArrayList<>();

    /**
     * How it went.
     *
     * @param exitCode of the gateway; -1 when it had to be ended
     */
    private record Outcome(DrainReport report, boolean gone, boolean left, int exitCode, long exitMillis) {}

    @Override
    @SuppressWarnings("try") // the backends serve until the drill is over
    public Integer call() throws Exception {
        if (ports.size() != 3) {
            throw new UsageException("--backends: found " + ports.size() + " ports, expected 3");
        }
        ports.forEach(port -> Check.range("--backends", port, 1, 65_535));
        Check.range("--callers", callers, 1, 1000);
        Check.range("--sockets", sockets, 1, 1000);
        Check.range("--load", load, Duration.ofMillis(100), Duration.ofMinutes(10));
        Check.range("--stay", stay, Duration.ZERO, Duration.ofMinutes(10));
        Check.range("--limit", limit, Duration.ofSeconds(1), Duration.ofMinutes(60));
        try (var http = ControlledBackend.start("http", ports.get(0), () -> {});
                var grpc = Backends.start(new Backends.Ports(ports.get(1), 0, 0, 0, 0, Integer.MAX_VALUE));
                var echo = WebSocketBackend.start("sockets", ports.get(2))) {
            var outcome = drill();
            report(Objects.requireNonNull(spec).commandLine().getOut(), outcome);
            return passed(outcome) ? 0 : 1;
        } catch (BindException e) {
            throw new UsageException("a port of --backends cannot be had: " + e.getMessage());
        }
    }

    private Outcome drill() throws IOException, InterruptedException {
        var gateway = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            var plan = new DrainPlan(Objects.requireNonNull(to).address(), callers, sockets, Duration.ofSeconds(20));
            awaitListening(plan, gateway);
            try (var run = DrainRun.start(plan)) {
                long began = System.nanoTime();
                run.awaitLoad(WARM, BEGIN);
                Thread.sleep(Duration.ofNanos(Math.max(0, began + load.toNanos() - System.nanoTime())));
                run.signalled();
                long signal = System.nanoTime();
                gateway.destroy();
                boolean gone = run.awaitGone(limit);
                Thread.sleep(Duration.ofNanos(Math.max(0, signal + stay.toNanos() - System.nanoTime())));
                boolean left = run.leave(limit);
                boolean exited = gateway.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
                long millis = (System.nanoTime() - signal) / 1_000_000;
                return new Outcome(run.report(), gone, left, exited ? gateway.exitValue() : -1, millis);
            }
        } finally {
            gateway.destroyForcibly();
        }
    }

    private static void awaitListening(DrainPlan plan, Process gateway) throws IOException, InterruptedException {
        long giveUpNanos = System.nanoTime() + BEGIN.toNanos();
        while (gateway.isAlive() && System.nanoTime() - giveUpNanos < 0) {
            try (var socket = new Socket()) {
                socket.connect(plan.to(), 1000);
                return;
            } catch (IOException e) {
                Thread.sleep(BETWEEN_TRIES);
            }
        }
        throw new IOException("the gateway does not listen on " + plan.to());
    }

    private boolean passed(Outcome outcome) {
        return outcome.report().failed() == 0
                && outcome.gone()
                && outcome.left()
                && outcome.exitCode() == 0
                && outcome.exitMillis() <= limit.toMillis();
    }

    private void report(PrintWriter out, Outcome outcome) throws IOException {
        if (json) {
            write(out, outcome);
            return;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("callers", "requests", "draining", "failed", "connections", "turned away"));
        for (var line : outcome.report().lines()) {
            rows.add(List.of(
                    line.kind(),
                    Long.toString(line.requests()),
                    Long.toString(line.draining()),
                    Long.toString(line.failed()),
                    Long.toString(line.connections()),
                    Long.toString(line.turnedAway())));
        }
        Output.table(out, rows);
        outcome.report().problems().forEach(out::println);
        out.println();
        Output.table(
                out,
                List.of(
                        List.of("time to exit", outcome.exitMillis() + " ms, sockets stayed for " + stay.toMillis()),
                        List.of("exit code", Integer.toString(outcome.exitCode())),
                        List.of("drill", passed(outcome) ? "passed" : "FAILED")));
    }

    private void write(PrintWriter out, Outcome outcome) throws IOException {
        Output.json(out, j -> {
            j.writeBooleanField("passed", passed(outcome));
            j.writeNumberField("exit_code", outcome.exitCode());
            j.writeNumberField("exit_ms", outcome.exitMillis());
            j.writeArrayFieldStart("callers");
            for (var line : outcome.report().lines()) {
                j.writeStartObject();
                j.writeStringField("kind", line.kind());
                j.writeNumberField("requests", line.requests());
                j.writeNumberField("draining", line.draining());
                j.writeNumberField("failed", line.failed());
                j.writeNumberField("connections", line.connections());
                j.writeNumberField("turned_away", line.turnedAway());
                j.writeStringField("problem", line.problem());
                j.writeEndObject();
            }
            j.writeEndArray();
        });
    }
}
