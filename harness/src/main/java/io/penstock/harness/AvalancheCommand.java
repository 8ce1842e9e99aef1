// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.harness.drill.AvalanchePlan;
import io.penstock.harness.drill.AvalancheReport;
import io.penstock.harness.drill.AvalancheRun;
import io.penstock.harness.drill.Behaviour;
import io.penstock.harness.drill.ControlServer;
import io.penstock.harness.drill.Phase;
import io.penstock.harness.drill.Slice;
import io.penstock.harness.drill.TimelineChart;
import io.penstock.harness.http.HttpTarget;
import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.DurationText;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.Progress;
import io.penstock.harness.terminal.UrlText;
import io.penstock.harness.terminal.UsageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the avalanche drill against a gateway and judges it. */
@Command(
        name = "avalanche",
        description = {
            "Three backends behind a gateway: all fine, a slow, only c left, all failing,",
            "all fine again; constant load, and what callers and backends saw of it."
        },
        mixinStandardHelpOptions = true)
final class AvalancheCommand implements Callable<Integer> {

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
            paramLabel = "A,B,C",
            split = ",",
            defaultValue = "9111,9112,9113",
            description = "their three ports (9111,9112,9113)")
    private List<Integer> ports = new ArrayList<>();

    @Option(names = "--control", paramLabel = "PORT", description = "steer them at this port too: /control")
    private @Nullable Integer control;

    @Option(names = "--rate", paramLabel = "N", defaultValue = "200", description = "requests each second (200)")
    private double rate;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "256", description = "of the callers (256)")
    private int connections;

    @Option(
            names = "--phase",
            paramLabel = "TIME",
            defaultValue = "15s",
            converter = DurationText.class,
            description = "length of each phase (15s)")
    private Duration phase = Duration.ZERO;

    @Option(
            names = "--recovery",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = DurationText.class,
            description = "length of the last one (30s)")
    private Duration recovery = Duration.ZERO;

    @Option(
            names = "--delay",
            paramLabel = "TIME",
            defaultValue = "2s",
            converter = DurationText.class,
            description = "of the slow backend (2s)")
    private Duration delay = Duration.ZERO;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationText.class,
            description = "load before the first phase (10s)")
    private Duration warmup = Duration.ZERO;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = DurationText.class,
            description = "of each caller (5s)")
    private Duration timeout = Duration.ZERO;

    @Option(
            names = "--slice",
            paramLabel = "TIME",
            defaultValue = "500ms",
            converter = DurationText.class,
            description = "resolution of the timeline (500ms)")
    private Duration slice = Duration.ZERO;

    @Option(
            names = "--availability",
            paramLabel = "PERCENT",
            defaultValue = "99.9",
            description = "least while a backend serves (99.9)")
    private double availability;

    @Option(
            names = "--extra-load",
            paramLabel = "PERCENT",
            defaultValue = "20",
            description = "most on backends in any phase (20)")
    private double extraLoad;

    @Option(names = "--chart", paramLabel = "FILE", description = "write the timeline as SVG")
    private @Nullable Path chart;

    @Option(names = "--progress", description = "a line each second, also without a terminal")
    private boolean progress;

    @Option(names = "--json", description = "a line for each slice, then one for the whole")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        var plan = plan();
        var commandLine = Objects.requireNonNull(spec).commandLine();
        try (var run = AvalancheRun.start(plan)) {
            var steering = control == null ? null : ControlServer.start(control, run.backends());
            try {
                var report = Progress.during(progress, commandLine.getErr(), run::phase, run::run);
                report(commandLine.getOut(), report);
                return passed(report) ? 0 : 1;
            } finally {
                if (steering != null) {
                    steering.close();
                }
            }
        } catch (BindException e) {
            throw new UsageException("a port of --backends or --control cannot be had: " + e.getMessage());
        }
    }

    private AvalanchePlan plan() {
        if (ports.size() != 3) {
            throw new UsageException("--backends: found " + ports.size() + " ports, expected 3");
        }
        ports.forEach(port -> Check.range("--backends", port, 0, 65_535));
        if (control != null) {
            Check.range("--control", control, 0, 65_535);
        }
        if (!(rate > 0 && rate <= 100_000)) {
            throw new UsageException("--rate: " + rate + " is outside 0 to 100000");
        }
        Check.range("--connections", connections, 1, 10_000);
        Check.range("--phase", phase, Duration.ofMillis(100), Duration.ofMinutes(10));
        Check.range("--recovery", recovery, Duration.ofMillis(100), Duration.ofMinutes(10));
        Check.range("--delay", delay, Duration.ofMillis(1), Duration.ofMinutes(1));
        Check.range("--warmup", warmup, Duration.ZERO, Duration.ofMinutes(10));
        Check.range("--timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(1));
        Check.range("--slice", slice, Duration.ofMillis(50), Duration.ofMinutes(1));
        var fine = Behaviour.FINE;
        var slow = Behaviour.slow(delay);
        var failing = Behaviour.failing();
        var phases = List.of(
                new Phase("all fine", phase, List.of(fine, fine, fine)),
                new Phase("a slow", phase, List.of(slow, fine, fine)),
                new Phase("only c left", phase, List.of(Behaviour.gone(), Behaviour.gone(), fine)),
                new Phase("all fail", phase, List.of(failing, failing, failing)),
                new Phase("all recover", recovery, List.of(fine, fine, fine)));
        return new AvalanchePlan(Objects.requireNonNull(to), rate, connections, ports, phases, warmup, timeout, slice);
    }

    private boolean passed(AvalancheReport report) {
        return report.availability() * 100 >= availability
                && report.extraLoad() * 100 <= extraLoad
                && report.recoveryMillis() >= 0;
    }

    private void report(PrintWriter out, AvalancheReport report) throws IOException {
        if (chart != null) {
            Files.writeString(chart, TimelineChart.of(report));
        }
        if (!json) {
            print(out, report);
            return;
        }
        for (var slice : report.slices()) {
            Output.json(out, j -> write(j, report, slice));
        }
        Output.json(out, j -> {
            j.writeBooleanField("passed", passed(report));
            j.writeNumberField("availability", report.availability());
            j.writeNumberField("extra_load", report.extraLoad());
            j.writeNumberField("peak_extra_load", report.peakExtraLoad());
            j.writeNumberField("recovery_ms", report.recoveryMillis());
            j.writeArrayFieldStart("phases");
            for (var sum : report.phases()) {
                j.writeStartObject();
                write(j, report, sum);
                j.writeNumberField("availability", sum.availability());
                j.writeNumberField("extra_load", sum.extraLoad());
                j.writeEndObject();
            }
            j.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, AvalancheReport report, Slice slice) throws IOException {
        json.writeNumberField("ms", slice.millis());
        json.writeStringField("phase", slice.phase());
        json.writeNumberField("requests", slice.requests());
        json.writeNumberField("ok", slice.ok());
        json.writeNumberField("fallback", slice.fallback());
        json.writeNumberField("failed", slice.failed());
        json.writeNumberField("p50_ms", slice.p50Millis());
        json.writeNumberField("p99_ms", slice.p99Millis());
        json.writeObjectFieldStart("arrivals");
        for (int i = 0; i < report.backends().size(); i++) {
            json.writeNumberField(report.backends().get(i), slice.arrivals().get(i));
        }
        json.writeEndObject();
    }

    private void print(PrintWriter out, AvalancheReport report) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("phase", "requests", "ok", "fallback", "failed", "p50 ms", "p99 ms", "arrivals a b c"));
        for (var sum : report.phases()) {
            rows.add(List.of(
                    sum.phase(),
                    Long.toString(sum.requests()),
                    Long.toString(sum.ok()),
                    Long.toString(sum.fallback()),
                    Long.toString(sum.failed()),
                    number(sum.p50Millis(), 1),
                    number(sum.p99Millis(), 1),
                    String.join(
                            " ",
                            sum.arrivals().stream().map(n -> Long.toString(n)).toList())));
        }
        Output.table(out, rows);
        out.println();
        Output.table(
                out,
                List.of(
                        List.of(
                                "availability",
                                number(report.availability() * 100, 3) + " %",
                                "while a backend served, at least " + number(availability, 1) + " %"),
                        List.of(
                                "extra load",
                                number(report.extraLoad() * 100, 1) + " %",
                                "in the worst phase, at most " + number(extraLoad, 1) + " %"),
                        List.of(
                                "at its peak",
                                number(report.peakExtraLoad() * 100, 1) + " %",
                                "in the worst slice, for information"),
                        List.of(
                                "recovery",
                                report.recoveryMillis() < 0 ? "never" : report.recoveryMillis() + " ms",
                                "from all fine again to all answered by backends"),
                        List.of("drill", passed(report) ? "passed" : "FAILED", "")));
    }

    private static String number(double number, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", number);
    }
}
