// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.command.CheckCommand;
import io.penstock.gateway.command.ExitCode;
import io.penstock.gateway.command.ExplainCommand;
import io.penstock.gateway.command.RunCommand;
import io.penstock.gateway.command.Version;
import io.penstock.gateway.command.VersionCommand;
import java.util.concurrent.Callable;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The command line: {@code run}, {@code check}, {@code explain}, {@code version}.
 *
 * <p>Exit codes: 0 fine; 2 usage, or a configuration that {@code check} refuses, with the files that it names; 1 what shows only while
 * starting or running, such as a port that is taken.
 */
@Command(
        name = "gateway",
        description = "Penstock, an API and gRPC gateway.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:fine",
            "1:what shows only while starting or running, such as a port that is taken",
            "2:usage, or a configuration that check refuses"
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {RunCommand.class, CheckCommand.class, ExplainCommand.class, VersionCommand.class})
public final class Main implements Callable<Integer> {
    private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";
    private static final String IGNORED_EXTENSIONS = "jdk.tls.server.disableExtensions";
    /** Held here, because loggers that nobody holds are forgotten with their level. */
    private static final Logger HELIDON = Logger.getLogger("io.helidon");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }

    /** Runs the command line and ends the process with its exit code. */
    public static void main(String[] args) {
        if (System.getProperty(LOG_FORMAT) == null && System.getProperty("java.util.logging.config.file") == null) {
            System.setProperty(LOG_FORMAT, "%1$tFT%1$tT.%1$tL%1$tz %4$s %5$s%6$s%n"); // one line for each record
            HELIDON.setLevel(java.util.logging.Level.WARNING); // what it says at start, we say in our own words
        }
        ignoreServerNames();
        System.exit(new CommandLine(new Main()).execute(args));
    }

    /**
     * Has the JDK's TLS servers leave the server_name of a client alone. They end handshakes with names that they cannot parse, such as
     * {@code my_app.test}, {@code svc.test.} or {@code a..b}, where an unknown name is to be served (RFC 6066 §3); and we choose nothing
     * by it. Must come before the first handshake of the process.
     */
    private static void ignoreServerNames() {
        String already = System.getProperty(IGNORED_EXTENSIONS, "");
        System.setProperty(IGNORED_EXTENSIONS, already.isEmpty() ? "server_name" : already + ",server_name");
    }
}
