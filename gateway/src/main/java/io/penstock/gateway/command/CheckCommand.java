// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.command;

import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.listener.WaitingBytes;
import io.penstock.gateway.wire.Descriptors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code check}. */
@Command(
        name = "check",
        description = "Read a configuration and the files that it names, report every problem, and exit.",
        mixinStandardHelpOptions = true)
public final class CheckCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The configuration file.")
    @SuppressWarnings("NullAway.Init")
    private Path config;

    @Override
    public Integer call() {
        GatewayConfig read;
        try {
            read = NamedFiles.read(config);
        } catch (ConfigException | IOException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return ExitCode.USAGE;
        }
        WaitingBytes.Report waiting = WaitingBytes.report(
                read,
                Descriptors.ofProcess().forListeners(),
                Runtime.getRuntime().maxMemory());
        waiting.lines().forEach(spec.commandLine().getOut()::println);
        waiting.warning().ifPresent(spec.commandLine().getErr()::println);
        spec.commandLine().getOut().println(config + ": fine");
        return ExitCode.FINE;
    }
}
