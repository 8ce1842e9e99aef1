// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.command;

import io.penstock.gateway.Gateway;
import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.listener.ListenException;
import io.penstock.gateway.listener.Listener;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code run}. */
@Command(
        name = "run",
        description = {
            "Run the gateway until SIGTERM or Ctrl-C; a second signal ends it at once.",
            "SIGHUP opens the access log's file anew and reads the configuration again."
        },
        mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {
    private static final System.Logger LOG = System.getLogger(RunCommand.class.getName());

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The configuration file.")
    @SuppressWarnings("NullAway.Init")
    private Path config;

    @Option(names = "--watch", description = "Read the configuration again whenever the file has changed.")
    private boolean watch;

    @Override
    public Integer call() throws InterruptedException {
        Signals signals = new Signals();
        signals.install();
        PrintWriter err = spec.commandLine().getErr();
        ConfigReader.Placed read;
        try {
            read = NamedFiles.readPlaced(config);
        } catch (ConfigException | IOException e) {
            err.println(e.getMessage());
            return ExitCode.USAGE;
        }
        Gateway gateway = new Gateway(read.config(), read.entries());
        // the first record makes the JDK open its time zones and handlers, which must not wait for the day without
        // descriptors
        LOG.log(System.Logger.Level.INFO, "{0}, configuration {1}", new Version().getVersion()[0], config);
        Reload reload = new Reload(config, gateway);
        try (gateway;
                reload) {
            gateway.start();
            for (Listener listener : gateway.listeners()) {
                err.println("listener " + listener.name() + " ready on port " + listener.port());
            }
            err.println("admin ready on port " + gateway.adminPort());
            signals.onHangup(() -> {
                gateway.reopenLogs();
                reload.now();
            });
            if (watch) {
                reload.watch();
            }
            signals.await();
            err.println("draining");
            gateway.drain();
        } catch (IOException | UncheckedIOException | ListenException e) {
            err.println(e.getMessage());
            return ExitCode.FAILED;
        }
        return ExitCode.FINE;
    }
}
