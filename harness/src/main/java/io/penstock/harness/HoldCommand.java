// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.http.HttpTarget;
import io.penstock.harness.http.IdleConnections;
import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.DurationText;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.UrlText;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Holds idle keep-alive connections until it is told to stop, and then says how many were still open. */
@Command(
        name = "hold",
        description = "Hold idle HTTP/1.1 connections, each after one request.",
        mixinStandardHelpOptions = true)
final class HoldCommand implements Callable<Integer> {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--to",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080/",
            converter = UrlText.class,
            description = "on loopback (http://127.0.0.1:8080/)")
    private @Nullable HttpTarget to;

    @Option(names = "--connections", paramLabel = "N", defaultValue = "1000", description = "connections (1000)")
    private int connections;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "10m",
            converter = DurationText.class,
            description = "ends after this, or at SIGTERM (10m)")
    private Duration duration = Duration.ZERO;

    @Option(names = "--json", description = "lines of JSON: when held, and at the end")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Check.range("--connections", connections, 1, 50_000);
        Check.range("--duration", duration, Duration.ofMillis(1), Duration.ofMinutes(60));
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        var target = Objects.requireNonNull(to);
        try (var idle = new IdleConnections()) {
            idle.open(target.address(), target.get(), connections, TIMEOUT);
            report(out, "holding", connections);
            var reported = new AtomicBoolean();
            var stop = new Thread(() -> Runtime.getRuntime().halt(end(out, idle, reported)));
            Runtime.getRuntime().addShutdownHook(stop);
            Thread.sleep(duration);
            Runtime.getRuntime().removeShutdownHook(stop);
            return end(out, idle, reported);
        }
    }

    /** Counts and says it, once; the exit code. */
    private int end(PrintWriter out, IdleConnections idle, AtomicBoolean reported) {
        int open = idle.stillOpen();
        try {
            if (reported.compareAndSet(false, true)) {
                report(out, "open", open);
            }
        } catch (IOException e) {
            return 1;
        }
        return open == connections ? 0 : 1;
    }

    private void report(PrintWriter out, String what, int number) throws IOException {
        if (json) {
            Output.json(out, j -> j.writeNumberField(what, number));
        } else {
            out.println(what + " " + number + " of " + connections);
            out.flush();
        }
    }
}
