// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.harness.changes.ChangesPlan;
import io.penstock.harness.changes.ChangesReport;
import io.penstock.harness.changes.ChangesRun;
import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.DurationText;
import io.penstock.harness.terminal.HostAndPort;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Changes the configuration of running gateways through their admin API, and measures how soon each node serves a change. */
@Command(
        name = "changes",
        description = "How soon every node serves a change of its configuration, and what load notices of it.",
        mixinStandardHelpOptions = true)
final class ChangesCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--node",
            paramLabel = "HOST:PORT",
            required = true,
            converter = HostAndPort.class,
            description = "a node's data listener; given once for each, the first gets the load")
    private List<InetSocketAddress> nodes = List.of();

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            required = true,
            converter = HostAndPort.class,
            description = "the admin listener through which changes are written")
    private @Nullable InetSocketAddress admin;

    @Option(names = "--routes", paramLabel = "N", defaultValue = "10000", description = "documents (10000)")
    private int routes;

    @Option(names = "--rate", paramLabel = "N", defaultValue = "10", description = "changes per second (10)")
    private int rate;

    @Option(names = "--load", paramLabel = "N", defaultValue = "500", description = "requests per second (500)")
    private int load;

    @Option(
            names = "--path",
            paramLabel = "PATH",
            defaultValue = "/bytes/128",
            description = "of the load (/bytes/128)")
    private String path = "";

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "20s",
            converter = DurationText.class,
            description = "of the time with changes, and of that without (20s)")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--most",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = DurationText.class,
            description = "a change that takes longer is an error (5s)")
    private Duration most = Duration.ZERO;

    @Option(names = "--progress", description = "a line each second, also without a terminal")
    private boolean progress;

    @Option(names = "--json", description = "one line of JSON")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Check.range("--routes", routes, 1, 20_000);
        Check.range("--rate", rate, 1, 1_000);
        Check.range("--load", load, 1, 100_000);
        Check.range("--duration", duration, Duration.ofMillis(400), Duration.ofHours(1));
        Check.range("--most", most, Duration.ofMillis(100), Duration.ofMinutes(1));
        var commandLine = Objects.requireNonNull(spec).commandLine();
        var run = new ChangesRun(
                new ChangesPlan(nodes, Objects.requireNonNull(admin), routes, rate, load, path, duration, most));
        ChangesReport report = Progress.during(progress, commandLine.getErr(), run::progress, run::run);
        if (json) {
            Output.json(commandLine.getOut(), out -> write(out, report));
        } else {
            print(commandLine.getOut(), report);
        }
        if (report.errors() > 0) {
            commandLine.getErr().println(report.errors() + " errors, the first: " + report.firstError());
        }
        return report.errors() == 0 ? 0 : 1;
    }

    private static void write(JsonGenerator out, ChangesReport report) throws IOException {
        out.writeNumberField("changes", report.changes());
        out.writeNumberField("errors", report.errors());
        write(out, "seen_ms", report.all());
        for (int i = 0; i < report.seen().size(); i++) {
            write(out, "node_" + (i + 1) + "_ms", report.seen().get(i));
        }
        write(out, "quiet_ms", report.quiet());
        write(out, "changing_ms", report.changing());
    }

    private static void write(JsonGenerator out, String name, Histogram of) throws IOException {
        out.writeObjectFieldStart(name);
        out.writeNumberField("n", of.getTotalCount());
        out.writeNumberField("p50", ChangesReport.millis(of, 50));
        out.writeNumberField("p99", ChangesReport.millis(of, 99));
        out.writeNumberField("max", ChangesReport.millis(of, 100));
        out.writeEndObject();
    }

    private static void print(PrintWriter out, ChangesReport report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ms", "n", "p50", "p99", "max"));
        for (int i = 0; i < report.seen().size(); i++) {
            rows.add(row("change seen by node " + (i + 1), report.seen().get(i)));
        }
        rows.add(row("change seen by any node", report.all()));
        rows.add(row("load without changes", report.quiet()));
        rows.add(row("load with changes", report.changing()));
        Output.table(out, rows);
        out.println(report.changes() + " changes, " + report.errors() + " errors");
        out.flush();
    }

    private static List<String> row(String name, Histogram of) {
        return List.of(name, Long.toString(of.getTotalCount()), two(of, 50), two(of, 99), two(of, 100));
    }

    private static String two(Histogram of, double percentile) {
        return String.format(Locale.ROOT, "%.2f", ChangesReport.millis(of, percentile));
    }
}
