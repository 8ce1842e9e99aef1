// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.terminal;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine.Help.Ansi;

/** Prints a line each second while something runs, when a terminal is there to show it or someone asked for it. */
public final class Progress {

    private static final Duration EACH = Duration.ofSeconds(1);

    private Progress() {}

    /** Does the work on this thread and prints {@code line} on {@code err} meanwhile. */
    public static <T> T during(boolean asked, PrintWriter err, Supplier<String> line, Callable<T> work)
            throws Exception {
        if (!asked && !Ansi.AUTO.enabled()) {
            return work.call();
        }
        var clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("progress").daemon().factory());
        try {
            long started = System.nanoTime();
            var unused = clock.scheduleAtFixedRate(
                    () -> {
                        err.println((System.nanoTime() - started) / 1_000_000_000 + " s  " + line.get());
                        err.flush();
                    },
                    EACH.toMillis(),
                    EACH.toMillis(),
                    TimeUnit.MILLISECONDS);
            return work.call();
        } finally {
            clock.shutdownNow();
        }
    }
}
