// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.sink.Sink;
import io.penstock.harness.terminal.Check;
import io.penstock.harness.terminal.Output;
import io.penstock.harness.terminal.UsageException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Takes connections until it is told to stop, as the far end of {@code scripts/tune try}. */
@Command(
        name = "sink",
        description = "Take connections, answer each with a line, and close after the peer.",
        mixinStandardHelpOptions = true)
final class SinkCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--address",
            paramLabel = "IP",
            defaultValue = "127.0.0.1",
            description = "address to listen on (127.0.0.1)")
    private String address = "127.0.0.1";

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "9107", description = "port (9107)")
    private int port;

    @Option(names = "--backlog", paramLabel = "N", defaultValue = "1024", description = "asked of the kernel (1024)")
    private int backlog;

    @Option(names = "--hold", description = "never accept, so that the backlog fills up")
    private boolean hold;

    @Option(names = "--json", description = "one line of JSON when ready")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Check.range("--port", port, 0, 65_535);
        Check.range("--backlog", backlog, 1, 1_000_000);
        var out = Objects.requireNonNull(spec).commandLine().getOut();
        try (var sink = Sink.start(new InetSocketAddress(address, port), backlog, hold)) {
            if (json) {
                Output.json(out, j -> {
                    j.writeBooleanField("ready", true);
                    j.writeNumberField("port", sink.port());
                });
            } else {
                out.println("ready on " + address + ":" + sink.port());
                out.flush();
            }
            // So that a stop on request is an exit with 0 and not with 143.
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0)));
            new CountDownLatch(1).await();
            return 0;
        } catch (BindException e) {
            throw new UsageException(
                    "port " + port + " of " + address + " cannot be had; choose others with --address and --port");
        }
    }
}
