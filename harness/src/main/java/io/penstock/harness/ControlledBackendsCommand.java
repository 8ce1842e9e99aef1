// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.drill.ControlServer;
import io.penstock.harness.drill.ControlledBackend;
import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.UsageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts backends that are steered over HTTP, and stays until it is told to stop. */
@Command(
        name = "controlled-backends",
        description = "Backends a, b, c, ... that go slow, fail or are down as /control says.",
        mixinStandardHelpOptions = true)
final class ControlledBackendsCommand implements Callable<Integer> {

    private static final int MOST = 26;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--ports",
            paramLabel = "A,B,...",
            split = ",",
            defaultValue = "9111,9112,9113",
            description = "their ports, 26 at most (9111,9112,9113)")
    private List<Integer> ports = new ArrayList<>();

    @Option(names = "--control", paramLabel = "PORT", defaultValue = "9114", description = "of /control (9114)")
    private int control;

    @Option(names = "--json", description = "one line of JSON when ready")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Check.range("--ports", ports.size(), 1, MOST);
        ports.forEach(port -> Check.range("--ports", port, 0, 65_535));
        Check.range("--control", control, 0, 65_535);
        var backends = new ArrayList<ControlledBackend>();
        try {
            for (int port : ports) {
                backends.add(ControlledBackend.start(name(backends.size()), port, () -> {}));
            }
            try (var steering = ControlServer.start(control, backends)) {
                report(Objects.requireNonNull(spec).commandLine().getOut(), backends, steering);
                // So that a stop on request is an exit with 0 and not with 143.
                Runtime.getRuntime()
                        .addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0)));
                new CountDownLatch(1).await();
            }
            return 0;
        } catch (BindException e) {
            throw new UsageException("a port of --ports or --control cannot be had: " + e.getMessage());
        } finally {
            for (var backend : backends) {
                backend.close();
            }
        }
    }

    private static String name(int index) {
        return String.valueOf((char) ('a' + index));
    }

    private void report(PrintWriter out, List<ControlledBackend> backends, ControlServer steering) throws IOException {
        if (json) {
            Output.json(out, j -> {
                j.writeBooleanField("ready", true);
                j.writeNumberField("control", steering.port());
                for (var backend : backends) {
                    j.writeNumberField(backend.name(), backend.port());
                }
            });
            return;
        }
        backends.forEach(backend -> out.println(backend.name() + " on 127.0.0.1:" + backend.port()));
        out.println("ready, steered at 127.0.0.1:" + steering.port() + "/control");
        out.flush();
    }
}
