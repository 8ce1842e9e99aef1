// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.harness.drill.ControlledBackend;
import io.penstock.harness.drill.FloodPlan;
import io.penstock.harness.drill.FloodReport;
import io.penstock.harness.drill.FloodRun;
import io.penstock.harness.http.HttpReport;
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

/** Floods a gateway from many addresses and judges what callers with a place saw of it. */
@Command(
        name = "flood",
        description = {
            "A backend behind a gateway, callers with a key, and then a flood of strangers",
            "from many addresses of 127.0.0.0/8: what the callers saw of it."
        },
        mixinStandardHelpOptions = true)
final class FloodCommand implements Callable<Integer> {

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
            names = "--backend",
            paramLabel = "PORT",
            defaultValue = "9131",
            description = "the port of the backend (9131)")
    private int backend;

    @Option(names = "--key", paramLabel = "KEY", required = true, description = "of callers with a place")
    private String key = "";

    @Option(names = "--rate", paramLabel = "N", defaultValue = "200", description = "their requests a second (200)")
    private double rate;

    @Option(names = "--callers", paramLabel = "N", defaultValue = "32", description = "their addresses (32)")
    private int callers;

    @Option(
            names = "--flood-rate",
            paramLabel = "N",
            defaultValue = "2000",
            description = "requests of the flood a second (2000)")
    private double floodRate;

    @Option(names = "--addresses", paramLabel = "N", defaultValue = "400", description = "of the flood (400)")
    private int addresses;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationText.class,
            description = "of the callers (10s)")
    private Duration warmup = Duration.ZERO;

    @Option(
            names = "--before",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationText.class,
            description = "without the flood (10s)")
    private Duration before = Duration.ZERO;

    @Option(
            names = "--flood",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = DurationText.class,
            description = "with it (30s)")
    private Duration flood = Duration.ZERO;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = DurationText.class,
            description = "of each request (5s)")
    private Duration timeout = Duration.ZERO;

    @Option(
            names = "--ratio",
            paramLabel = "N",
            defaultValue = "10",
            description = "most of p99 in the flood to p99 before (10)")
    private double ratio;

    @Option(
            names = "--served",
            paramLabel = "PERCENT",
            defaultValue = "10",
            description = "most of the flood that is served (10)")
    private double served;

    @Option(
            names = "--busy",
            paramLabel = "TIME",
            defaultValue = "20ms",
            converter = DurationText.class,
            description = "with a p99 of more before, --ratio is not judged (20ms)")
    private Duration busy = Duration.ZERO;

    @Option(names = "--short", description = "a few seconds of each, for a test")
    private boolean brief;

    @Option(names = "--progress", description = "a line each second, also without a terminal")
    private boolean progress;

    @Option(names = "--json", description = "one line of JSON")
    private boolean json;

    @Override
    @SuppressWarnings("try") // the backend serves until the drill is over
    public Integer call() throws Exception {
        var plan = plan();
        var commandLine = Objects.requireNonNull(spec).commandLine();
        try (var one = ControlledBackend.start("a", backend, () -> {})) {
            var run = new FloodRun(plan);
            var report = Progress.during(progress, commandLine.getErr(), run::phase, run::run);
            if (json) {
                Output.json(commandLine.getOut(), j -> write(j, report));
            } else {
                print(commandLine.getOut(), report);
            }
            return passed(report) ? 0 : 1;
        } catch (BindException e) {
            throw new UsageException("the port of --backend or an address cannot be had: " + e.getMessage());
        }
    }

    private FloodPlan plan() {
        Check.range("--backend", backend, 1, 65_535);
        Check.range("--callers", callers, 1, 200);
        Check.range("--addresses", addresses, 2, 10_000);
        Check.range("--warmup", warmup, Duration.ZERO, Duration.ofMinutes(10));
        Check.range("--before", before, Duration.ofMillis(100), Duration.ofMinutes(10));
        Check.range("--flood", flood, Duration.ofMillis(100), Duration.ofMinutes(10));
        Check.range("--timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(1));
        Check.range("--busy", busy, Duration.ofMillis(1), Duration.ofMinutes(1));
        range("--rate", rate, 100_000);
        range("--flood-rate", floodRate, 100_000);
        range("--ratio", ratio, 1_000);
        range("--served", served, 100);
        if (key.isBlank()) {
            throw new UsageException("--key: is blank, expected one that the gateway knows");
        }
        Duration few = Duration.ofSeconds(6);
        return new FloodPlan(
                Objects.requireNonNull(to),
                key,
                rate,
                callers,
                floodRate,
                addresses,
                brief ? Duration.ofSeconds(3) : warmup,
                brief ? few : before,
                brief ? few : flood,
                timeout);
    }

    private static void range(String option, double found, double most) {
        if (!(found > 0 && found <= most)) {
            throw new UsageException(option + ": " + found + " is outside 0 to " + number(most, 0));
        }
    }

    private boolean passed(FloodReport report) {
        return report.failed() == 0
                && (report.ratio() <= ratio || !judged(report))
                && report.flood() > 0
                && servedPercent(report) <= served
                && report.during().requests() > 0;
    }

    /** A machine that is busy with other things says nothing of what a flood does. */
    private boolean judged(FloodReport report) {
        return report.before().millisAt(99) <= busy.toMillis();
    }

    private static double servedPercent(FloodReport report) {
        return report.flood() == 0 ? 0 : 100.0 * report.floodServed() / report.flood();
    }

    private void print(PrintWriter out, FloodReport report) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("callers with a place", "requests", "refused or failed", "p50 ms", "p99 ms"));
        rows.add(row("before", report.before()));
        rows.add(row("in the flood", report.during()));
        Output.table(out, rows);
        out.println();
        rows.clear();
        rows.add(List.of("flood", "requests", "part"));
        report.floodByEnding()
                .forEach((ending, count) -> rows.add(List.of(
                        "  " + ending, Long.toString(count), number(100.0 * count / report.flood(), 1) + " %")));
        Output.table(out, rows);
        out.println();
        Output.table(
                out,
                List.of(
                        List.of(
                                "p99 of callers",
                                number(report.ratio(), 2) + " times",
                                judged(report)
                                        ? "as long as before, or as 2 ms, at most " + number(ratio, 1)
                                        : "as long as before, not judged: the machine was busy"),
                        List.of("refused callers", Long.toString(report.failed()), "at most 0"),
                        List.of(
                                "flood served",
                                number(servedPercent(report), 2) + " %",
                                "at most " + number(served, 1) + " %"),
                        List.of("drill", passed(report) ? "passed" : "FAILED", "")));
        if (report.failed() > 0) {
            out.println("the first: " + report.before().firstError()
                    + report.during().firstError());
        }
        out.flush();
    }

    private static List<String> row(String name, HttpReport report) {
        return List.of(
                name,
                Long.toString(report.requests()),
                Long.toString(report.errors()),
                number(report.millisAt(50), 2),
                number(report.millisAt(99), 2));
    }

    private void write(JsonGenerator json, FloodReport report) throws IOException {
        json.writeBooleanField("passed", passed(report));
        json.writeNumberField("p99_ratio", report.ratio());
        json.writeBooleanField("p99_judged", judged(report));
        json.writeNumberField("refused_callers", report.failed());
        json.writeNumberField("flood_served_percent", servedPercent(report));
        write(json, "before", report.before());
        write(json, "during", report.during());
        json.writeObjectFieldStart("flood");
        json.writeNumberField("requests", report.flood());
        json.writeNumberField("addresses", addresses);
        json.writeObjectFieldStart("endings");
        for (var ending : report.floodByEnding().entrySet()) {
            json.writeNumberField(ending.getKey(), ending.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, HttpReport report) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("requests", report.requests());
        json.writeNumberField("failed", report.errors());
        json.writeNumberField("p50_ms", report.millisAt(50));
        json.writeNumberField("p99_ms", report.millisAt(99));
        json.writeEndObject();
    }

    private static String number(double number, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", number);
    }
}
