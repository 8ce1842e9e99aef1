// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.DurationText;
import io.penstock.harness.terminal.HostAndPort;
import io.penstock.harness.terminal.Output;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Runs grpc-java's interop client, one process for each case: its main class ends the process that it runs in.
 */
@Command(
        name = "interop",
        description = "Run the cases of grpc-java's interop client.",
        mixinStandardHelpOptions = true)
final class InteropCommand implements Callable<Integer> {

    private static final String CLIENT = "io.grpc.testing.integration.TestServiceClient";
    private static final int SHOWN = 2000;

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
            names = "--case",
            paramLabel = "NAME",
            split = ",",
            description = "these cases only",
            defaultValue = "empty_unary,large_unary,client_compressed_unary_noprobe,server_compressed_unary,"
                    + "client_streaming,client_compressed_streaming_noprobe,server_streaming,"
                    + "server_compressed_streaming,ping_pong,empty_stream,custom_metadata,status_code_and_message,"
                    + "special_status_message,unimplemented_method,unimplemented_service,cancel_after_begin,"
                    + "cancel_after_first_response,timeout_on_sleeping_server,very_large_request,pick_first_unary,"
                    + "rpc_soak,channel_soak",
            showDefaultValue = Visibility.NEVER)
    private List<String> cases = new ArrayList<>();

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = DurationText.class,
            description = "for each case (60s)")
    private Duration timeout = Duration.ZERO;

    @Option(names = "--json", description = "one line of JSON")
    private boolean json;

    private record Case(String name, boolean passed, long millis, String said) {}

    @Override
    public Integer call() throws Exception {
        Check.range("--timeout", timeout, Duration.ofSeconds(1), Duration.ofMinutes(10));
        var results = new ArrayList<Case>();
        for (var name : cases) {
            results.add(run(name));
        }
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        if (json) {
            report(out, results);
        } else {
            print(out, results);
        }
        return results.stream().allMatch(Case::passed) ? 0 : 1;
    }

    private List<String> command(String name) {
        var address = Objects.requireNonNull(to);
        var command = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path", ""),
                CLIENT,
                "--use_tls=false",
                "--server_host=" + address.getAddress().getHostAddress(),
                "--server_port=" + address.getPort(),
                "--test_case=" + name));
        if (!jobid.isEmpty()) {
            command.add("--additional_metadata=jobid:" + jobid);
        }
        return command;
    }

    private Case run(String name) throws IOException, InterruptedException {
        var said = Files.createTempFile("interop", ".txt");
        long started = System.nanoTime();
        var process = new ProcessBuilder(command(name))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
            long millis = (System.nanoTime() - started) / 1_000_000;
            boolean passed = ended && process.exitValue() == 0;
            return new Case(name, passed, millis, passed ? "" : end(said, ended));
        } finally {
            process.destroyForcibly();
            Files.delete(said);
        }
    }

    private static String end(Path said, boolean ended) throws IOException {
        var text = new String(Files.readAllBytes(said), StandardCharsets.UTF_8);
        return (ended ? "" : "not ended in time; ") + text.substring(0, Math.min(SHOWN, text.length()));
    }

    private static void print(PrintWriter out, List<Case> results) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("case", "result", "ms"));
        results.forEach(c -> rows.add(List.of(c.name(), c.passed() ? "passed" : "FAILED", Long.toString(c.millis()))));
        Output.table(out, rows);
        for (var failed : results) {
            if (!failed.passed()) {
                out.println();
                out.println(failed.name() + ": " + failed.said());
            }
        }
        long passed = results.stream().filter(Case::passed).count();
        out.println(passed + " of " + results.size() + " passed");
        out.flush();
    }

    private static void report(PrintWriter out, List<Case> results) throws IOException {
        Output.json(out, j -> {
            j.writeBooleanField("succeeded", results.stream().allMatch(Case::passed));
            j.writeArrayFieldStart("cases");
            for (var result : results) {
                j.writeStartObject();
                j.writeStringField("name", result.name());
                j.writeBooleanField("passed", result.passed());
                j.writeNumberField("millis", result.millis());
                j.writeStringField("said", result.said());
                j.writeEndObject();
            }
            j.writeEndArray();
        });
    }
}
