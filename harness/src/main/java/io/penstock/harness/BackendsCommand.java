// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.backend.Backends;
import io.penstock.harness.hostile.Behaviour;
import io.penstock.harness.hostile.Greeting;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.UsageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts every backend on loopback and stays until it is told to stop. */
@Command(
        name = "backends",
        description = "Start two gRPC backends, an HTTP one and two hostile ones.",
        mixinStandardHelpOptions = true)
final class BackendsCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--grpc-a", paramLabel = "PORT", defaultValue = "9101", description = "gRPC backend a (9101)")
    private int grpcA;

    @Option(names = "--grpc-b", paramLabel = "PORT", defaultValue = "9102", description = "gRPC backend b (9102)")
    private int grpcB;

    @Option(names = "--http", paramLabel = "PORT", defaultValue = "9103", description = "HTTP backend (9103)")
    private int http;

    @Option(names = "--hostile", paramLabel = "PORT", defaultValue = "9104", description = "hostile backend (9104)")
    private int hostile;

    @Option(
            names = "--silent",
            paramLabel = "PORT",
            defaultValue = "9105",
            description = "accepts and never says a word (9105)")
    private int silent;

    @Option(
            names = "--max-streams",
            paramLabel = "N",
            defaultValue = "2147483647",
            description = "MAX_CONCURRENT_STREAMS of the gRPC backends")
    private int maxStreams;

    @Option(names = "--behaviours", description = "list what the hostile backend does, and exit")
    private boolean behaviours;

    @Option(names = "--json", description = "one line of JSON when ready")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        if (behaviours) {
            listBehaviours(out);
            return 0;
        }
        for (int port : new int[] {grpcA, grpcB, http, hostile, silent}) {
            if (port < 0 || port > 65_535) {
                throw new UsageException("port " + port + " is outside 0 to 65535");
            }
        }
        if (maxStreams < 1) {
            throw new UsageException("--max-streams " + maxStreams + " is below 1");
        }
        try (var backends = Backends.start(new Backends.Ports(grpcA, grpcB, http, hostile, silent, maxStreams))) {
            report(out, backends.listening());
            stayUntilStopped(backends);
            return 0;
        } catch (Backends.PortTakenException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private static void stayUntilStopped(Backends backends) throws InterruptedException {
        // The hook ends the process itself, so that a stop on request is an exit with 0 and not with 143.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            backends.close();
            Runtime.getRuntime().halt(0);
        }));
        new CountDownLatch(1).await();
    }

    private void report(PrintWriter out, List<Backends.Listening> listening) throws IOException {
        if (json) {
            Output.json(out, j -> {
                j.writeBooleanField("ready", true);
                j.writeArrayFieldStart("listening");
                for (var l : listening) {
                    j.writeStartObject();
                    j.writeStringField("name", l.name());
                    j.writeStringField("address", "127.0.0.1:" + l.port());
                    j.writeNumberField("port", l.port());
                    j.writeStringField("serves", l.serves());
                    j.writeEndObject();
                }
                j.writeEndArray();
            });
            return;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("backend", "address", "option", "serves"));
        listening.forEach(l -> rows.add(List.of(l.name(), "127.0.0.1:" + l.port(), l.option(), l.serves())));
        Output.table(out, rows);
        out.println("ready");
        out.flush();
    }

    private static void listBehaviours(PrintWriter out) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("behaviour", "N", "what a request gets"));
        for (var behaviour : Behaviour.values()) {
            rows.add(List.of(behaviour.slug(), Long.toString(behaviour.preset()), behaviour.does()));
        }
        Output.table(out, rows);
        var greetings = new ArrayList<String>();
        for (var greeting : Greeting.values()) {
            greetings.add(greeting.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        out.println("ask with the field  hostile: NAME[=N]  or the path  /NAME[/N]");
        out.println("the next connection meets a GREETING after  /arm/GREETING, one of:");
        int half = greetings.size() / 2;
        out.println("  " + String.join(" ", greetings.subList(0, half)));
        out.println("  " + String.join(" ", greetings.subList(half, greetings.size())));
        out.flush();
    }
}
