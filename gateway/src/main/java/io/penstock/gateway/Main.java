// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.listener.ListenException;
import io.penstock.gateway.listener.Listener;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
        versionProvider = Main.Version.class,
        subcommands = {Main.Run.class, Main.Check.class, ExplainCommand.class, Main.ShowVersion.class})
public final class Main implements Callable<Integer> {
    private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";
    /** Held here, because loggers that nobody holds are forgotten with their level. */
    private static final Logger HELIDON = Logger.getLogger("io.helidon");

    private static final System.Logger LOG = System.getLogger(Main.class.getName());

    static final int FINE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return USAGE;
    }

    /** Runs the command line and ends the process with its exit code. */
    public static void main(String[] args) {
        if (System.getProperty(LOG_FORMAT) == null && System.getProperty("java.util.logging.config.file") == null) {
            System.setProperty(LOG_FORMAT, "%1$tFT%1$tT.%1$tL%1$tz %4$s %5$s%6$s%n"); // one line for each record
            HELIDON.setLevel(java.util.logging.Level.WARNING); // what it says at start, we say in our own words
        }
        System.exit(new CommandLine(new Main()).execute(args));
    }

    /** The version in the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {
                "penstock-gateway " + (version == null ? "(built from classes)" : version) + ", Java "
                        + Runtime.version()
            };
        }
    }

    /** {@code version}. */
    @Command(name = "version", description = "Print the version.", mixinStandardHelpOptions = true)
    static final class ShowVersion implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public Integer call() {
            spec.commandLine().getOut().println(new Version().getVersion()[0]);
            return FINE;
        }
    }

    /** With the files that it names. */
    private static GatewayConfig read(Path config) throws IOException {
        GatewayConfig read = ConfigReader.read(config);
        NamedFiles.check(read);
        return read;
    }

    /** {@code check}. */
    @Command(
            name = "check",
            description = "Read a configuration and the files that it names, report every problem, and exit.",
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Option(names = "--config", required = true, paramLabel = "FILE", description = "The configuration file.")
        @SuppressWarnings("NullAway.Init")
        private Path config;

        @Override
        public Integer call() {
            GatewayConfig read;
            try {
                read = read(config);
            } catch (ConfigException | IOException e) {
                spec.commandLine().getErr().println(e.getMessage());
                return USAGE;
            }
            WaitingBytes.of(read).forEach(spec.commandLine().getOut()::println);
            spec.commandLine().getOut().println(config + ": fine");
            return FINE;
        }
    }

    /** {@code run}. */
    @Command(
            name = "run",
            description = {
                "Run the gateway until SIGTERM or Ctrl-C; a second signal ends it at once.",
                "SIGHUP opens the access log's file anew and reads the configuration again."
            },
            mixinStandardHelpOptions = true)
    static final class Run implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init")
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
            GatewayConfig read;
            try {
                read = read(config);
            } catch (ConfigException | IOException e) {
                err.println(e.getMessage());
                return USAGE;
            }
            Gateway gateway = new Gateway(read);
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
                return FAILED;
            }
            return FINE;
        }
    }
}
