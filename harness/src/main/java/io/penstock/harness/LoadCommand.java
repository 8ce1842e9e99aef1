// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.call.Kind;
import io.penstock.harness.load.LoadPlan;
import io.penstock.harness.load.LoadReport;
import io.penstock.harness.load.LoadRun;
import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.DurationText;
import io.penstock.harness.terminal.FieldText;
import io.penstock.harness.terminal.HostAndPort;
import io.penstock.harness.terminal.KindText;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.Progress;
import io.penstock.harness.terminal.SizeText;
import io.penstock.harness.terminal.UsageException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes load and measures it. */
@Command(
        name = "load",
        description = "Call the echo service at a stated rate, or with stated concurrency.",
        mixinStandardHelpOptions = true)
final class LoadCommand implements Callable<Integer> {

    private static final int MAX_IN_FLIGHT = 10_000;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8091",
            converter = HostAndPort.class,
            description = "the gateway or backend, on this machine (127.0.0.1:8091)")
    private @Nullable InetSocketAddress to;

    @Option(names = "--rate", paramLabel = "N", description = "open loop: calls begun each second")
    private @Nullable Double rate;

    @Option(
            names = "--burst",
            paramLabel = "N",
            defaultValue = "1",
            description = "open loop: N calls begin together (1)")
    private int burst;

    @Option(
            names = "--places",
            paramLabel = "N",
            defaultValue = "10000",
            description = "open loop: the series counts calls that begin while N are in flight already (10000)")
    private int places;

    @Option(names = "--series", paramLabel = "FILE", description = "a line of JSON for each second, in this file")
    private @Nullable Path series;

    @Option(names = "--poisson", description = "open loop: exponential gaps, not equal ones")
    private boolean poisson;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "of the exponential gaps (1)")
    private long seed;

    @Option(names = "--concurrency", paramLabel = "N", description = "closed loop: callers (16)")
    private @Nullable Integer concurrency;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "4", description = "connections (4)")
    private int connections;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            defaultValue = "unary",
            converter = KindText.class,
            description = "unary, client-stream, server-stream or bidi")
    private Kind kind = Kind.UNARY;

    @Option(names = "--count", paramLabel = "N", defaultValue = "10", description = "messages of a streaming side (10)")
    private int count;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "16",
            converter = SizeText.class,
            description = "bytes of each message (16), such as 64KiB")
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
            description = "deadline of each call (10s)")
    private Duration timeout = Duration.ZERO;

    @Option(names = "--jobid", paramLabel = "ID", split = ",", description = "jobids, used in turn")
    private List<String> jobids = new ArrayList<>();

    @Option(names = "-H", paramLabel = "NAME:VALUE", description = "a request field; may be repeated")
    private List<String> fields = new ArrayList<>();

    @Option(names = "--progress", description = "a line each second, also without a terminal")
    private boolean progress;

    @Option(names = "--json", description = "one line of JSON")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        var commandLine = Objects.requireNonNull(spec).commandLine();
        var run = new LoadRun(plan());
        LoadReport report = Progress.during(
                progress, commandLine.getErr(), () -> "ended=" + run.ended() + " errors=" + run.errors(), run::run);
        if (series != null) {
            LoadOutput.series(series, run.seconds());
        }
        if (json) {
            Output.json(commandLine.getOut(), j -> LoadOutput.write(j, report));
        } else {
            LoadOutput.print(commandLine.getOut(), report);
        }
        return report.requests() > 0 && report.errors() == 0 && report.unsent() == 0 ? 0 : 1;
    }

    private LoadPlan plan() {
        Check.range("--connections", connections, 1, 1000);
        Check.range("--count", count, 1, 1_000_000);
        Check.range("--size", size, 0, 64 << 20);
        Check.range("--duration", duration, Duration.ofMillis(1), Duration.ofMinutes(10));
        Check.range("--warmup", warmup, Duration.ZERO, Duration.ofMinutes(10));
        Check.range("--timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(1));
        if (kind == Kind.GET) {
            throw new UsageException("--kind: found get, expected unary, client-stream, server-stream or bidi");
        }
        return new LoadPlan(
                Objects.requireNonNull(to),
                loop(),
                connections,
                kind,
                count,
                size,
                jobids,
                FieldText.parse(fields),
                duration,
                warmup,
                timeout);
    }

    private LoadPlan.Loop loop() {
        if (rate != null && concurrency != null) {
            throw new UsageException("--rate and --concurrency exclude each other: open loop or closed loop");
        }
        if (rate != null) {
            Check.range("--burst", burst, 1, MAX_IN_FLIGHT);
            Check.range("--places", places, 1, MAX_IN_FLIGHT);
            if (!(rate > 0 && rate <= 1_000_000)) {
                throw new UsageException("--rate: " + rate + " is outside 0 to 1000000");
            }
            return new LoadPlan.Loop.Open(rate, burst, poisson, seed, MAX_IN_FLIGHT, places);
        }
        if (burst > 1) {
            throw new UsageException("--burst needs --rate");
        }
        if (poisson) {
            throw new UsageException("--poisson needs --rate");
        }
        int callers = concurrency == null ? 16 : concurrency;
        Check.range("--concurrency", callers, 1, MAX_IN_FLIGHT);
        return new LoadPlan.Loop.Closed(callers);
    }
}
