// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.call.CallPlan;
import io.penstock.harness.call.CallResult;
import io.penstock.harness.call.Caller;
import io.penstock.harness.call.Kind;
import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.DurationText;
import io.penstock.harness.terminal.FieldText;
import io.penstock.harness.terminal.HostAndPort;
import io.penstock.harness.terminal.KindText;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.SizeText;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
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

/** Makes one call and says how it went. */
@Command(
        name = "call",
        description = "Make one call of the echo service, or one plain HTTP/2 GET.",
        mixinStandardHelpOptions = true)
final class CallCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8091",
            converter = HostAndPort.class,
            description = "the gateway or backend, on loopback (127.0.0.1:8091)")
    private @Nullable InetSocketAddress to;

    @Option(names = "--jobid", paramLabel = "ID", defaultValue = "", description = "the field jobid; none when absent")
    private String jobid = "";

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            defaultValue = "unary",
            converter = KindText.class,
            description = "unary, client-stream, server-stream, bidi or get")
    private Kind kind = Kind.UNARY;

    @Option(names = "-H", paramLabel = "NAME:VALUE", description = "a request field; may be repeated")
    private List<String> fields = new ArrayList<>();

    @Option(names = "--count", paramLabel = "N", defaultValue = "3", description = "messages of a streaming side (3)")
    private int count;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "16",
            converter = SizeText.class,
            description = "bytes of each message (16), such as 64KiB")
    private int size;

    @Option(names = "--path", paramLabel = "PATH", defaultValue = "/", description = "path of a get (/)")
    private String path = "/";

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationText.class,
            description = "deadline of the call (10s)")
    private Duration timeout = Duration.ZERO;

    @Option(names = "--json", description = "one line of JSON")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Check.range("--count", count, 1, 1_000_000);
        Check.range("--size", size, 0, 64 << 20);
        Check.range("--timeout", timeout, Duration.ofMillis(1), Duration.ofMinutes(10));
        var address = Objects.requireNonNull(to);
        var plan = new CallPlan(kind, address, jobid, FieldText.parse(fields), count, size, path, timeout);
        try (var caller = new Caller(address)) {
            var result = caller.make(plan);
            var out = Objects.requireNonNull(spec).commandLine().getOut();
            if (json) {
                Output.json(out, j -> CallReport.write(j, result));
            } else {
                print(out, result);
            }
            return result.succeeded() ? 0 : 1;
        }
    }

    private static void print(PrintWriter out, CallResult result) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("kind", result.plan().kind().toString()));
        rows.add(List.of("status", result.status()));
        if (!result.detail().isEmpty()) {
            rows.add(List.of("detail", result.detail()));
        }
        rows.add(List.of("time", result.tookMillis() + " ms"));
        rows.add(List.of("backend", result.backend().isEmpty() ? "-" : result.backend()));
        rows.add(List.of("answer", "messages=" + result.messages() + " bytes=" + result.bytes()));
        result.trailers().forEach(f -> rows.add(List.of("field", f.name() + ": " + f.value())));
        Output.table(out, rows);
    }
}
