// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.terminal.UsageException;
import java.io.PrintWriter;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the harness. Exit codes: 0 fine, 1 a call, run or check failed, 2 usage. */
@Command(
        name = "penstock-harness",
        description = "Backends that behave, backends that misbehave, calls and load.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
public final class Main implements Runnable {

    /** Held so that the levels set on them stay; the log manager keeps loggers only weakly. */
    private static final Logger[] QUIET = {
        // Resets on request go through grpc-java's path for internal errors, which logs each one with its stack.
        Logger.getLogger("io.grpc.internal.ServerCallImpl"),
        Logger.getLogger("io.helidon"),
        // Logs a port that is taken with its stack; the command says it in one line.
        Logger.getLogger("io.helidon.webserver.LoomServer"),
        Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler")
    };

    private static final String UNSAFE = "io.grpc.netty.shaded.io.netty.noUnsafe";

    @Spec
    private @Nullable CommandSpec spec;

    /** Reports the version that the jar's manifest states. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            var version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"penstock-harness " + (version == null ? "from classes" : version)};
        }
    }

    /** Runs one command and exits with its code. */
    public static void main(String[] args) {
        // Newer JDKs print a warning for what Netty uses by preference, unless they were told to allow it.
        boolean allowed = "allow".equals(System.getProperty("sun.misc.unsafe.memory.access"));
        if (Runtime.version().feature() >= 24 && !allowed && System.getProperty(UNSAFE) == null) {
            System.setProperty(UNSAFE, "true");
        }
        System.exit(commands().execute(args));
    }

    /** Builds the command line; tests give it writers of their own. */
    static CommandLine commands() {
        for (var logger : QUIET) {
            logger.setLevel(Level.OFF);
        }
        return new CommandLine(new Main())
                .addSubcommand(new AvalancheCommand())
                .addSubcommand(new BackendsCommand())
                .addSubcommand(new CallCommand())
                .addSubcommand(new ChangesCommand())
                .addSubcommand(new ControlledBackendsCommand())
                .addSubcommand(new DemoCommand())
                .addSubcommand(new DrainCommand())
                .addSubcommand(new FloodCommand())
                .addSubcommand(new GrpcBackendCommand())
                .addSubcommand(new HoldCommand())
                .addSubcommand(new HttpLoadCommand())
                .addSubcommand(new InteropCommand())
                .addSubcommand(new LabReportCommand())
                .addSubcommand(new LatencyCommand())
                .addSubcommand(new LinesCommand(System.in))
                .addSubcommand(new LoadCommand())
                .addSubcommand(new SignCommand())
                .addSubcommand(new SinkCommand())
                .addSubcommand(new SoakCommand())
                .addSubcommand(new TokensCommand())
                .addSubcommand(new WebSocketBackendCommand())
                .addSubcommand(new WebSocketCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(80)
                .setExecutionExceptionHandler(Main::failed);
    }

    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (e instanceof UsageException) {
            err.println(e.getMessage());
            return ExitCode.USAGE;
        }
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        err.println(command.getCommandName() + " failed: " + e);
        return ExitCode.SOFTWARE;
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "Which command? Try --help.");
        }
    }
}
