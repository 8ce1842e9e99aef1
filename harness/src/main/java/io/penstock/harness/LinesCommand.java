// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.terminal.UsageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs commands that come line by line, so that a script which needs many of them starts and warms up one JVM. */
@Command(
        name = "lines",
        description = {
            "Run each line of standard input as a command of this one, all at the same time.",
            "A line is NAME FILE COMMAND [ARGUMENT...], separated by spaces: what the command says goes to FILE,"
                    + " and NAME with its exit code to standard output when it has ended."
        },
        mixinStandardHelpOptions = true)
final class LinesCommand implements Callable<Integer> {

    private final InputStream in;
    private final AtomicBoolean failed = new AtomicBoolean();

    @Spec
    private @Nullable CommandSpec spec;

    LinesCommand(InputStream in) {
        this.in = in;
    }

    @Override
    public Integer call() throws Exception {
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        var running = new ArrayList<Thread>();
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            var words = List.of(line.strip().split(" +", -1));
            if (words.size() < 3) {
                throw new UsageException("found '" + line + "', expected NAME FILE COMMAND [ARGUMENT...]");
            }
            running.removeIf(thread -> !thread.isAlive());
            running.add(Thread.ofVirtual().name(words.getFirst()).start(() -> run(words, out)));
        }
        for (var thread : running) {
            thread.join();
        }
        return failed.get() ? 1 : 0;
    }

    private void run(List<String> words, PrintWriter out) {
        int code = 1;
        try (var said = new PrintWriter(Files.newBufferedWriter(Path.of(words.get(1))))) {
            code = Main.commands()
                    .setOut(said)
                    .setErr(said)
                    .execute(words.subList(2, words.size()).toArray(String[]::new));
        } catch (IOException e) {
            Objects.requireNonNull(spec).commandLine().getErr().println(words.getFirst() + ": " + e);
        }
        if (code != 0) {
            failed.set(true);
        }
        // One write, whole: several may end at once.
        synchronized (out) {
            out.println(words.getFirst() + " " + code);
            out.flush();
        }
    }
}
