// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.harness.http.HttpPlan;
import io.penstock.harness.http.HttpReport;
import io.penstock.harness.http.HttpRun;
import io.penstock.harness.http.HttpTarget;
import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.DurationText;
import io.penstock.harness.terminal.FieldText;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.Progress;
import io.penstock.harness.terminal.SizeText;
import io.penstock.harness.terminal.UrlText;
import io.penstock.harness.terminal.UsageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes load over HTTP/1.1 and measures it. */
@Command(
        name = "http-load",
        description = "HTTP/1.1 requests at a stated rate, or as fast as answers come.",
        mixinStandardHelpOptions = true)
final class HttpLoadCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--to",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080/",
            converter = UrlText.class,
            description = "on loopback (http://127.0.0.1:8080/)")
    private @Nullable HttpTarget to;

    @Option(names = "--rate", paramLabel = "N", description = "open loop: requests begun each second")
    private @Nullable Double rate;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "64", description = "connections (64)")
    private int connections;

    @Option(names = "--method", paramLabel = "NAME", defaultValue = "GET", description = "method (GET)")
    private String method = "GET";

    @Option(names = "-H", paramLabel = "NAME:VALUE", description = "a request field; may be repeated")
    private List<String> fields = new ArrayList<>();

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "0",
            converter = SizeText.class,
            description = "bytes of each request's body (0)")
    private int size;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationText.class,
            description = "1ms to 10m (10s)")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "0s",
            converter = DurationText.class,
            description = "the same load before, not recorded (0s)")
    private Duration warmup = Duration.ZERO;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationText.class,
            description = "of each request (10s)")
    private Duration timeout = Duration.ZERO;

    @Option(names = "--expect-bytes", paramLabel = "N", description = "of each body; others end with 1")
    private @Nullable Long expectBytes;

    @Option(names = "--progress", description = "a line each second, also without a terminal")
    private boolean progress;

    @Option(names = "--json", description = "one line of JSON")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        var commandLine = Objects.requireNonNull(spec).commandLine();
        var run = new HttpRun(plan());
        HttpReport report = Progress.during(
                progress, commandLine.getErr(), () -> "ended=" + run.ended() + " errors=" + run.errors(), run::run);
        if (json) {
            Output.json(commandLine.getOut(), j -> write(j, report));
        } else {
            print(commandLine.getOut(), report);
        }
        return report.requests() > 0 && report.errors() == 0 && whole(report) ? 0 : 1;
    }

    private boolean whole(HttpReport report) {
        return expectBytes == null || report.bodyBytes() == expectBytes * report.requests();
    }

    private HttpPlan plan() {
        Check.range("--connections", connections, 1, 10_000);
        Check.range("--size", size, 0, 1 << 30);
        Check.range("--duration", duration, Duration.ofMillis(1), Duration.ofMinutes(10));
        Check.range("--warmup", warmup, Duration.ZERO, Duration.ofMinutes(10));
        Check.range("--timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(10));
        if (rate != null && !(rate > 0 && rate <= 1_000_000)) {
            throw new UsageException("--rate: " + rate + " is outside 0 to 1000000");
        }
        if (!method.matches("[A-Z]{1,20}")) {
            throw new UsageException("--method: found " + method + ", expected a name such as GET");
        }
        return new HttpPlan(
                Objects.requireNonNull(to),
                rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate),
                connections,
                method,
                FieldText.parse(fields).stream()
                        .map(f -> f.name() + ": " + f.value())
                        .toList(),
                size,
                duration,
                warmup,
                timeout);
    }

    private static void print(PrintWriter out, HttpReport report) {
        var plan = report.plan();
        var asked = plan.perSecond();
        var rows = new ArrayList<List<String>>();
        rows.add(List.of(
                "load",
                (asked.isPresent() ? "open loop" : "closed loop") + ", " + plan.connections() + " connections, "
                        + report.opened() + " opened"));
        rows.add(List.of("requests", report.requests() + " in " + number(report.seconds(), 1) + " s"));
        rows.add(List.of(
                "rate",
                number(report.reachedPerSecond(), 1) + "/s"
                        + (asked.isPresent() ? " reached, " + number(asked.getAsDouble(), 1) + " asked" : "")));
        rows.add(List.of("body", report.bodyBytes() + " bytes of all answers"));
        rows.add(List.of(
                "errors",
                report.errors() + (report.firstError().isEmpty() ? "" : ", the first: " + report.firstError())));
        report.byEnding().forEach((ending, n) -> rows.add(List.of("  " + ending, Long.toString(n))));
        report.byBackend().forEach((backend, n) -> rows.add(List.of("  backend " + backend, Long.toString(n))));
        rows.add(List.of("latency", asked.isPresent() ? "ms, from the intended begin" : "ms, from the sending"));
        for (double percentile : new double[] {50, 90, 99, 99.9, 100}) {
            rows.add(List.of("  " + label(percentile), number(report.millisAt(percentile), 3)));
        }
        Output.table(out, rows);
    }

    private static String number(double number, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", number);
    }

    private static String label(double percentile) {
        return percentile == 100 ? "max" : "p" + (percentile % 1 == 0 ? Long.toString((long) percentile) : percentile);
    }

    private static void write(JsonGenerator json, HttpReport report) throws IOException {
        var asked = report.plan().perSecond();
        json.writeStringField("loop", asked.isPresent() ? "open" : "closed");
        if (asked.isPresent()) {
            json.writeNumberField("rate_asked", asked.getAsDouble());
        }
        json.writeNumberField("connections", report.plan().connections());
        json.writeNumberField("opened", report.opened());
        json.writeNumberField("seconds", report.seconds());
        json.writeNumberField("requests", report.requests());
        json.writeNumberField("rate_reached", report.reachedPerSecond());
        json.writeNumberField("body_bytes", report.bodyBytes());
        json.writeNumberField("errors", report.errors());
        json.writeStringField("first_error", report.firstError());
        counts(json, "endings", report.byEnding());
        counts(json, "backend", report.byBackend());
        json.writeObjectFieldStart("latency_ms");
        json.writeStringField("from", asked.isPresent() ? "intended begin" : "sending");
        for (double percentile : new double[] {50, 90, 99, 99.9, 100}) {
            json.writeNumberField(label(percentile), report.millisAt(percentile));
        }
        json.writeEndObject();
    }

    private static void counts(JsonGenerator json, String name, Map<String, Long> counts) throws IOException {
        json.writeObjectFieldStart(name);
        for (var entry : counts.entrySet()) {
            json.writeNumberField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }
}
