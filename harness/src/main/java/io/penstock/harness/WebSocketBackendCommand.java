// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.UsageException;
import io.penstock.harness.websocket.WebSocketBackend;
import java.net.BindException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Echoes over WebSocket until it is told to stop. */
@Command(
        name = "websocket-backend",
        description = "Echo over WebSocket; /close/CODE, /drop and /refuse/STATUS.",
        mixinStandardHelpOptions = true)
final class WebSocketBackendCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "9106", description = "port (9106)")
    private int port;

    @Option(names = "--name", paramLabel = "NAME", defaultValue = "websocket", description = "x-backend (websocket)")
    private String name = "websocket";

    @Option(names = "--json", description = "one line of JSON when ready")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Check.range("--port", port, 0, 65_535);
        if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new UsageException("--name: found " + name + ", expected letters, digits, dots and dashes");
        }
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        try (var backend = WebSocketBackend.start(name, port)) {
            if (json) {
                Output.json(out, j -> {
                    j.writeBooleanField("ready", true);
                    j.writeNumberField("port", backend.port());
                });
            } else {
                out.println("ready on 127.0.0.1:" + backend.port());
                out.flush();
            }
            // So that a stop on request is an exit with 0 and not with 143.
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0)));
            new CountDownLatch(1).await();
            return 0;
        } catch (BindException e) {
            throw new UsageException("port " + port + " cannot be had; choose another one with --port");
        }
    }
}
