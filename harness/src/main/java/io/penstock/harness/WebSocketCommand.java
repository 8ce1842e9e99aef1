// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.http.HttpTarget;
import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.DurationText;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.Progress;
import io.penstock.harness.terminal.SizeText;
import io.penstock.harness.terminal.UrlText;
import io.penstock.harness.websocket.WebSocketPlan;
import io.penstock.harness.websocket.WebSocketReport;
import io.penstock.harness.websocket.WebSocketRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Holds many WebSockets open, each with a message now and then, and says which stayed open. */
@Command(
        name = "websocket",
        description = "Open WebSockets, exchange messages, say which stayed open.",
        mixinStandardHelpOptions = true)
final class WebSocketCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--to",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080/",
            converter = UrlText.class,
            description = "on loopback (http://127.0.0.1:8080/)")
    private @Nullable HttpTarget to;

    @Option(names = "--sockets", paramLabel = "N", defaultValue = "100", description = "sockets (100)")
    private int sockets;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "1s",
            converter = DurationText.class,
            description = "between the messages of one socket (1s)")
    private Duration interval = Duration.ZERO;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationText.class,
            description = "100ms to 60m (10s)")
    private Duration duration = Duration.ZERO;

    @Option(names = "--binary", description = "binary messages, not text")
    private boolean binary;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "32",
            converter = SizeText.class,
            description = "bytes of each message (32)")
    private int size;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationText.class,
            description = "of each handshake and each echo (10s)")
    private Duration timeout = Duration.ZERO;

    @Option(names = "--progress", description = "a line each second, also without a terminal")
    private boolean progress;

    @Option(names = "--json", description = "one line of JSON")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Check.range("--sockets", sockets, 1, 10_000);
        Check.range("--interval", interval, Duration.ofMillis(1), Duration.ofMinutes(10));
        Check.range("--duration", duration, Duration.ofMillis(100), Duration.ofMinutes(60));
        Check.range("--size", size, 1, 1 << 20);
        Check.range("--timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(1));
        var target = Objects.requireNonNull(to);
        var address = target.address();
        var uri = URI.create("ws://" + address.getHostString() + ":" + address.getPort() + target.path());
        var run = new WebSocketRun(new WebSocketPlan(uri, sockets, interval, duration, binary, size, timeout));
        var commandLine = Objects.requireNonNull(spec).commandLine();
        WebSocketReport report = Progress.during(progress, commandLine.getErr(), run::progress, run::run);
        if (json) {
            write(commandLine.getOut(), report);
        } else {
            print(commandLine.getOut(), report);
        }
        return report.succeeded() ? 0 : 1;
    }

    private static void print(PrintWriter out, WebSocketReport report) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("sockets", report.opened() + " of " + report.plan().sockets() + " opened"));
        rows.add(List.of("still open", Integer.toString(report.stillOpen())));
        report.closed().forEach((how, n) -> rows.add(List.of("  closed " + how, Long.toString(n))));
        report.refused().forEach((how, n) -> rows.add(List.of("  refused " + how, Long.toString(n))));
        rows.add(List.of(
                "messages",
                report.sent() + " sent, " + report.echoed() + " echoed, " + report.wrong() + " wrong, " + report.late()
                        + " late"));
        rows.add(List.of("echo p50", millis(report, 50)));
        rows.add(List.of("echo p99", millis(report, 99)));
        if (!report.firstProblem().isEmpty()) {
            rows.add(List.of("problem", report.firstProblem()));
        }
        Output.table(out, rows);
    }

    private static String millis(WebSocketReport report, double percentile) {
        return String.format(Locale.ROOT, "%.3f ms", report.latency().getValueAtPercentile(percentile) / 1000.0);
    }

    private static void write(PrintWriter out, WebSocketReport report) throws IOException {
        Output.json(out, j -> {
            j.writeBooleanField("succeeded", report.succeeded());
            j.writeNumberField("sockets", report.plan().sockets());
            j.writeNumberField("opened", report.opened());
            j.writeNumberField("still_open", report.stillOpen());
            for (var counts : Map.of("closed", report.closed(), "refused", report.refused())
                    .entrySet()) {
                j.writeObjectFieldStart(counts.getKey());
                for (var count : counts.getValue().entrySet()) {
                    j.writeNumberField(count.getKey(), count.getValue());
                }
                j.writeEndObject();
            }
            j.writeNumberField("sent", report.sent());
            j.writeNumberField("echoed", report.echoed());
            j.writeNumberField("wrong", report.wrong());
            j.writeNumberField("late", report.late());
            j.writeNumberField("p50_ms", report.latency().getValueAtPercentile(50) / 1000.0);
            j.writeNumberField("p99_ms", report.latency().getValueAtPercentile(99) / 1000.0);
            j.writeStringField("first_problem", report.firstProblem());
        });
    }
}
