// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.harness.latency.LatencyPlan;
import io.penstock.harness.latency.LatencyReport;
import io.penstock.harness.latency.LatencyRun;
import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.DurationText;
import io.penstock.harness.terminal.HostAndPort;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.Progress;
import io.penstock.harness.terminal.UsageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how soon a cancel, a change of a target and bytes of bodies take effect, with upstreams of its own. */
@Command(
        name = "latency",
        description = "How soon a cancel and a body's bytes reach the upstream, and a SET the next call.",
        mixinStandardHelpOptions = true)
final class LatencyCommand implements Callable<Integer> {

    /** What the gateway promises; judged only when asked, by --p99: the machine may be busy. */
    private static final int PROMISED_MILLIS = 50;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8091",
            converter = HostAndPort.class,
            description = "the gateway, on loopback (127.0.0.1:8091)")
    private @Nullable InetSocketAddress to;

    @Option(
            names = "--redis",
            paramLabel = "HOST:PORT",
            required = true,
            converter = HostAndPort.class,
            description = "where it looks jobids up, on loopback")
    private @Nullable InetSocketAddress redis;

    @Option(
            names = "--jobid",
            paramLabel = "ID",
            defaultValue = "penstock-latency",
            description = "set and deleted in Redis (penstock-latency)")
    private String jobid = "";

    @Option(
            names = "--bodies",
            paramLabel = "PATH",
            description = "also measure how soon each byte of a body passes, up and down; the gateway"
                    + " sends this path to HTTP/1.1 upstreams, looked up by jobid as well (not measured)")
    private @Nullable String bodies;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "200", description = "of each kind (200)")
    private int rounds;

    @Option(
            names = "--most",
            paramLabel = "TIME",
            defaultValue = "2s",
            converter = DurationText.class,
            description = "an effect that takes longer is a failure (2s)")
    private Duration most = Duration.ZERO;

    @Option(
            names = "--p99",
            paramLabel = "TIME",
            converter = DurationText.class,
            description = "exit code 1 when a 99th percentile is above it (not judged)")
    private @Nullable Duration p99;

    @Option(names = "--progress", description = "a line each second, also without a terminal")
    private boolean progress;

    @Option(names = "--json", description = "one line of JSON")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Check.range("--rounds", rounds, 1, 100_000);
        Check.range("--most", most, Duration.ofMillis(100), Duration.ofSeconds(30));
        if (bodies != null && !bodies.startsWith("/")) {
            throw new UsageException("--bodies: found " + bodies + ", expected a path");
        }
        var commandLine = Objects.requireNonNull(spec).commandLine();
        var run = new LatencyRun(new LatencyPlan(
                Objects.requireNonNull(to),
                Objects.requireNonNull(redis),
                jobid,
                Optional.ofNullable(bodies),
                rounds,
                most));
        LatencyReport report = Progress.during(progress, commandLine.getErr(), run::progress, run::run);
        if (json) {
            Output.json(commandLine.getOut(), j -> {
                for (var measured : report.times().entrySet()) {
                    write(j, measured.getKey().key(), measured.getValue());
                }
                j.writeNumberField("old_answers", report.oldAnswers());
            });
        } else {
            print(commandLine.getOut(), report);
        }
        List<String> late = p99 == null ? List.of() : report.late(p99);
        late.forEach(commandLine.getErr()::println);
        return late.isEmpty() ? 0 : 1;
    }

    private static void print(PrintWriter out, LatencyReport report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ms", "n", "p50", "p90", "p99", "max", "above " + PROMISED_MILLIS));
        report.times().forEach((effect, histogram) -> rows.add(row(effect.row(), histogram)));
        Output.table(out, rows);
        out.println(report.oldAnswers() + " calls after a SET still went to the old target");
        out.flush();
    }

    private static List<String> row(String name, Histogram histogram) {
        return List.of(
                name,
                Long.toString(histogram.getTotalCount()),
                three(LatencyReport.millisAt(histogram, 50)),
                three(LatencyReport.millisAt(histogram, 90)),
                three(LatencyReport.millisAt(histogram, 99)),
                three(LatencyReport.millisAt(histogram, 100)),
                Long.toString(LatencyReport.above(histogram, PROMISED_MILLIS)));
    }

    private static String three(double number) {
        return String.format(Locale.ROOT, "%.3f", number);
    }

    private static void write(JsonGenerator json, String name, Histogram histogram) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("n", histogram.getTotalCount());
        json.writeNumberField("p50", LatencyReport.millisAt(histogram, 50));
        json.writeNumberField("p90", LatencyReport.millisAt(histogram, 90));
        json.writeNumberField("p99", LatencyReport.millisAt(histogram, 99));
        json.writeNumberField("max", LatencyReport.millisAt(histogram, 100));
        json.writeNumberField("above_" + PROMISED_MILLIS, LatencyReport.above(histogram, PROMISED_MILLIS));
        json.writeEndObject();
    }
}
