// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.command;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.side.Asker;
import io.penstock.gateway.explain.Explainer;
import io.penstock.gateway.explain.Explanation;
import io.penstock.gateway.explain.Question;
import io.penstock.gateway.filter.ClientAddress;
import io.penstock.gateway.filter.Filters;
import io.penstock.gateway.route.RouteTable;
import io.penstock.gateway.route.Way;
import io.penstock.gateway.store.Store;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code explain}: what a gateway with this configuration would do with a request. Opens no socket.
 *
 * <p>Exit codes: 0 a route serves it, 1 none does, 2 usage or configuration.
 */
@Command(
        name = "explain",
        description = {
            "Say which routes a request could take, why each lost, and what the winner does.",
            "Exits with 0 when a route serves the request, 1 when none does, 2 for usage or configuration."
        },
        mixinStandardHelpOptions = true)
public final class ExplainCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The configuration file.")
    @SuppressWarnings("NullAway.Init")
    private Path config;

    @Option(names = "-H", paramLabel = "NAME:VALUE", description = "A header field; may be repeated.")
    private List<String> headers = List.of();

    @Option(
            names = "--peer",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Whose connection it is; ${DEFAULT-VALUE} if left out.")
    @SuppressWarnings("NullAway.Init")
    private String peer;

    @Option(
            names = "--listener",
            paramLabel = "NAME",
            description = "Whose policy for ambiguous paths holds; the first listener's if left out.")
    private @Nullable String listener;

    @Option(names = "--json", description = "Write a JSON object.")
    private boolean json;

    @Parameters(index = "0", paramLabel = "METHOD", description = "Such as GET.")
    @SuppressWarnings("NullAway.Init")
    private String method;

    @Parameters(index = "1", paramLabel = "URL", description = "Such as https://example.com/v1/users?id=1.")
    @SuppressWarnings("NullAway.Init")
    private String url;

    @Override
    public Integer call() {
        GatewayConfig read;
        try {
            read = ConfigReader.read(config);
        } catch (ConfigException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return ExitCode.USAGE;
        }
        Exchange exchange = exchange(read);
        if (exchange.cause() != null) {
            spec.commandLine().getErr().println("refused: " + exchange.cause().slug() + ": " + exchange.detail());
            return ExitCode.FAILED;
        }
        ClientAddress clients = new ClientAddress(read.trusted(), read.trustedHops(), read.clientField());
        clients.find(exchange);
        var table = new RouteTable.Builder<Way>();
        read.routes().forEach(route -> table.add(route.name(), route.match(), Way.of(route)));
        Explanation explanation = new Explainer<>(
                        read,
                        new Filters(read, clients, ExplainCommand::nobody, name -> unopened(read, name), null),
                        table.build(),
                        way -> way)
                .explain(exchange);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.print(new String(explanation.json(), StandardCharsets.UTF_8));
            out.flush();
        } else {
            explanation.print(out);
        }
        return explanation.route().isEmpty() ? ExitCode.FAILED : ExitCode.FINE;
    }

    private Exchange exchange(GatewayConfig read) {
        try {
            return new Question(method, url, headers, peer, Optional.ofNullable(listener)).exchange(read);
        } catch (Question.Wrong e) {
            String option =
                    switch (e.part()) {
                        case "fields" -> "-H ";
                        case "peer" -> "--peer ";
                        case "listener" -> "--listener ";
                        default -> "";
                    };
            throw new ParameterException(spec.commandLine(), option + e.getMessage());
        }
    }

    private static Asker nobody(String cluster) {
        return (request, mostBytes, timeout) -> {
            throw new IllegalStateException("an explanation asks nobody, not even " + cluster);
        };
    }

    /** A store that is not started: an explanation asks none. */
    private static Store unopened(GatewayConfig read, String name) {
        return Store.of(read.stores().stream()
                .filter(store -> store.name().equals(name))
                .findFirst()
                .orElseThrow());
    }
}
