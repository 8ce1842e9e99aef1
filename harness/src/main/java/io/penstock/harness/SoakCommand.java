// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.load.SoakPlan;
import io.penstock.harness.load.SoakReport;
import io.penstock.harness.load.SoakRun;
import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.DurationText;
import io.penstock.harness.terminal.HostAndPort;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.Progress;
import io.penstock.harness.terminal.SizeText;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Holds many streams open for long, checks each echoed byte and looks for stalls. */
@Command(
        name = "soak",
        description = "Many bidirectional streams, large messages, cancels; all checked.",
        mixinStandardHelpOptions = true)
final class SoakCommand implements Callable<Integer> {

    private static final int STREAMS_OF_A_CONNECTION = 100;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8091",
            converter = HostAndPort.class,
            description = "the gateway or backend, on loopback (127.0.0.1:8091)")
    private @Nullable InetSocketAddress to;

    @Option(names = "--streams", paramLabel = "N", defaultValue = "1000", description = "open at any time (1000)")
    private int streams;

    @Option(names = "--connections", paramLabel = "N", description = "connections (one for each 100 streams)")
    private @Nullable Integer connections;

    @Option(
            names = "--min",
            paramLabel = "SIZE",
            defaultValue = "64KiB",
            converter = SizeText.class,
            description = "the smallest message (64KiB)")
    private int min;

    @Option(
            names = "--max",
            paramLabel = "SIZE",
            defaultValue = "4MiB",
            converter = SizeText.class,
            description = "the largest message (4MiB)")
    private int max;

    @Option(
            names = "--in-flight",
            paramLabel = "SIZE",
            defaultValue = "32MiB",
            converter = SizeText.class,
            description = "bytes of all messages on their way (32MiB)")
    private int inFlight;

    @Option(names = "--cancel", paramLabel = "N", defaultValue = "5", description = "of 100 messages, cancelled (5)")
    private int cancel;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "2m",
            converter = DurationText.class,
            description = "1s to 60m (2m)")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--stall",
            paramLabel = "TIME",
            defaultValue = "20s",
            converter = DurationText.class,
            description = "no echo for so long is a stall (20s)")
    private Duration stall = Duration.ZERO;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "of sizes, contents and cancels (1)")
    private long seed;

    @Option(names = "--jobid", paramLabel = "ID", split = ",", description = "jobids, used in turn")
    private List<String> jobids = new ArrayList<>();

    @Option(names = "--progress", description = "a line each second, also without a terminal")
    private boolean progress;

    @Option(names = "--json", description = "one line of JSON")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        var commandLine = Objects.requireNonNull(spec).commandLine();
        var run = new SoakRun(plan());
        SoakReport report = Progress.during(progress, commandLine.getErr(), run::progress, run::run);
        if (json) {
            report(commandLine.getOut(), report);
        } else {
            print(commandLine.getOut(), report);
        }
        return report.succeeded() ? 0 : 1;
    }

    private SoakPlan plan() {
        Check.range("--streams", streams, 1, 100_000);
        Check.range("--min", min, 1, 64 << 20);
        Check.range("--max", max, min, 64 << 20);
        Check.range("--in-flight", inFlight, max, 1 << 30);
        Check.range("--cancel", cancel, 0, 100);
        Check.range("--duration", duration, Duration.ofSeconds(1), Duration.ofMinutes(60));
        Check.range("--stall", stall, Duration.ofSeconds(1), Duration.ofMinutes(10));
        int opened =
                connections == null ? (streams + STREAMS_OF_A_CONNECTION - 1) / STREAMS_OF_A_CONNECTION : connections;
        Check.range("--connections", opened, 1, 10_000);
        return new SoakPlan(
                Objects.requireNonNull(to), streams, opened, min, max, inFlight, cancel, duration, stall, seed, jobids);
    }

    private static void print(PrintWriter out, SoakReport report) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("streams", report.opened() + " opened, " + report.peak() + " at once at most"));
        rows.add(List.of("ended", report.finished() + " finished, " + report.cancelled() + " cancelled on purpose"));
        rows.add(List.of("echoed", report.messages() + " messages, " + (report.bytes() >> 20) + " MiB, all checked"));
        rows.add(List.of("stalls", Long.toString(report.stalls())));
        rows.add(List.of("corrupt", Long.toString(report.corrupt())));
        rows.add(List.of("unexpected", new TreeMap<>(report.unexpected()).toString()));
        rows.add(List.of("time", Math.round(report.seconds()) + " s"));
        if (!report.firstProblem().isEmpty()) {
            rows.add(List.of("problem", report.firstProblem()));
        }
        rows.add(List.of("soak", report.succeeded() ? "passed" : "FAILED"));
        Output.table(out, rows);
    }

    private static void report(PrintWriter out, SoakReport report) throws IOException {
        Output.json(out, j -> {
            j.writeBooleanField("succeeded", report.succeeded());
            j.writeNumberField("seconds", report.seconds());
            j.writeNumberField("opened", report.opened());
            j.writeNumberField("peak", report.peak());
            j.writeNumberField("finished", report.finished());
            j.writeNumberField("cancelled", report.cancelled());
            j.writeNumberField("messages", report.messages());
            j.writeNumberField("bytes", report.bytes());
            j.writeNumberField("stalls", report.stalls());
            j.writeNumberField("corrupt", report.corrupt());
            j.writeObjectFieldStart("unexpected");
            for (var entry : new TreeMap<>(report.unexpected()).entrySet()) {
                j.writeNumberField(entry.getKey(), entry.getValue());
            }
            j.writeEndObject();
            j.writeStringField("first_problem", report.firstProblem());
        });
    }
}
