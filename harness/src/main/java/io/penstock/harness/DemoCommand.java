// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.call.CallPlan;
import io.penstock.harness.call.CallResult;
import io.penstock.harness.call.Caller;
import io.penstock.harness.call.Kind;
import io.penstock.harness.terminal.HostAndPort;
import io.penstock.harness.terminal.Output;
import java.io.IOException;
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

/** Makes one call of each kind through the gateway and shows what became of it and of the connections. */
@Command(
        name = "demo",
        description = "One call of each gRPC kind and one GET through the gateway.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--gateway",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8091",
            converter = HostAndPort.class,
            description = "the gateway's listener (127.0.0.1:8091)")
    private @Nullable InetSocketAddress gateway;

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9901",
            converter = HostAndPort.class,
            description = "the gateway's admin listener (127.0.0.1:9901)")
    private @Nullable InetSocketAddress admin;

    @Option(
            names = "--grpc-jobids",
            paramLabel = "ID",
            split = ",",
            defaultValue = "demo-1,demo-2",
            description = "jobids of the gRPC calls, in turn (demo-1,demo-2)")
    private List<String> grpcJobids = new ArrayList<>();

    @Option(names = "--web-jobid", paramLabel = "ID", defaultValue = "web-1", description = "jobid of the GET (web-1)")
    private String webJobid = "";

    @Option(names = "--json", description = "one line of JSON")
    private boolean json;

    private record Ledger(List<Connections.Upstream> upstreams, String problem) {}

    @Override
    public Integer call() throws Exception {
        var results = calls(Objects.requireNonNull(gateway));
        var ledger = ledger(Objects.requireNonNull(admin));
        boolean succeeded = results.stream().allMatch(CallResult::succeeded);
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        if (json) {
            report(out, succeeded, results, ledger);
        } else {
            print(out, results, ledger);
        }
        return succeeded ? 0 : 1;
    }

    private List<CallResult> calls(InetSocketAddress to) throws InterruptedException {
        var results = new ArrayList<CallResult>();
        try (var caller = new Caller(to)) {
            int turn = 0;
            for (var kind : Kind.values()) {
                var jobid = kind == Kind.GET ? webJobid : grpcJobids.get(turn++ % grpcJobids.size());
                results.add(caller.make(new CallPlan(kind, to, jobid, List.of(), 3, 16, "/", TIMEOUT)));
            }
        }
        return results;
    }

    private static Ledger ledger(InetSocketAddress admin) throws InterruptedException {
        try {
            return new Ledger(Connections.of(admin.getAddress().getHostAddress() + ":" + admin.getPort()), "");
        } catch (IOException e) {
            return new Ledger(List.of(), "no connections known: " + e);
        }
    }

    private static void print(PrintWriter out, List<CallResult> results, Ledger ledger) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("kind", "jobid", "backend", "status", "ms", "answer"));
        for (var r : results) {
            var answer =
                    r.succeeded() ? r.messages() + " x " + r.bytes() / Math.max(1, r.messages()) + " B" : r.detail();
            rows.add(List.of(
                    r.plan().kind().toString(),
                    r.plan().jobid(),
                    r.backend().isEmpty() ? "-" : r.backend(),
                    r.status(),
                    r.tookMillis(),
                    answer));
        }
        Output.table(out, rows);
        out.println();
        if (ledger.upstreams().isEmpty()) {
            out.println(ledger.problem().isEmpty() ? "no upstream connections yet" : ledger.problem());
        } else {
            Output.table(out, ledgerRows(ledger));
        }
        out.flush();
    }

    private static List<List<String>> ledgerRows(Ledger ledger) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("upstream", "opened", "reused", "open", "streams"));
        for (var u : ledger.upstreams()) {
            rows.add(List.of(u.target(), known(u.opened()), known(u.reused()), known(u.open()), known(u.streams())));
        }
        return rows;
    }

    private static String known(long number) {
        return number < 0 ? "?" : Long.toString(number);
    }

    private static void report(PrintWriter out, boolean succeeded, List<CallResult> results, Ledger ledger)
            throws IOException {
        Output.json(out, j -> {
            j.writeBooleanField("succeeded", succeeded);
            j.writeArrayFieldStart("calls");
            for (var result : results) {
                j.writeStartObject();
                CallReport.write(j, result);
                j.writeEndObject();
            }
            j.writeEndArray();
            j.writeArrayFieldStart("upstreams");
            for (var upstream : ledger.upstreams()) {
                j.writeStartObject();
                j.writeStringField("target", upstream.target());
                j.writeNumberField("opened", upstream.opened());
                j.writeNumberField("reused", upstream.reused());
                j.writeNumberField("open", upstream.open());
                j.writeNumberField("streams", upstream.streams());
                j.writeEndObject();
            }
            j.writeEndArray();
            j.writeStringField("problem", ledger.problem());
        });
    }
}
