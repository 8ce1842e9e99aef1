// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.command;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.side.Asker;
import io.penstock.gateway.exchange.side.Downstream;
import io.penstock.gateway.explain.Explainer;
import io.penstock.gateway.explain.Explanation;
import io.penstock.gateway.filter.ClientAddress;
import io.penstock.gateway.filter.Filters;
import io.penstock.gateway.filter.PathPolicy;
import io.penstock.gateway.route.RouteTable;
import io.penstock.gateway.route.Way;
import io.penstock.gateway.store.Store;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
        InetAddress address =
                Address.literal(peer).orElseThrow(() -> wrong("--peer " + peer + " is not an IP address"));
        boolean trusted = read.trusted().stream().anyMatch(network -> network.contains(address));
        boolean secure = url.startsWith("https://");
        Head head = head(secure);
        GatewayException refusal = PathPolicy.of(listener(read)).apply(head);
        Exchange exchange = new Exchange(
                head, new Peer("explain", Address.text(address), 0, secure, trusted), new Nowhere(), ended -> {});
        if (refusal != null) {
            exchange.fail(refusal.reason(), refusal.detail());
        }
        return exchange;
    }

    private ListenerConfig listener(GatewayConfig read) {
        if (listener == null) {
            return read.listeners().getFirst();
        }
        return read.listeners().stream()
                .filter(one -> one.name().equals(listener))
                .findFirst()
                .orElseThrow(() -> wrong("--listener " + listener + " is not a listener of the configuration"));
    }

    private Head head(boolean secure) {
        int start = url.startsWith("http://") ? 7 : secure ? 8 : 0;
        int path = start == 0 ? 0 : first(url, start);
        String authority = url.substring(start, path);
        String target = path == url.length() ? "/" : url.substring(path);
        boolean fine = start > 0 ? !authority.isEmpty() : target.startsWith("/") || target.equals("*");
        if (!fine) {
            throw wrong(url + " is not a URL, expected one such as http://example.com/path, or a path");
        }
        Head head = new Head()
                .add(":method", method)
                .add(":scheme", secure ? "https" : "http")
                .add(":path", target.startsWith("?") ? "/" + target : target);
        if (!authority.isEmpty()) {
            head.set(":authority", authority);
        }
        headers.forEach(header -> addHeader(head, header));
        return head;
    }

    private void addHeader(Head head, String header) {
        int colon = header.indexOf(':');
        if (colon < 1) {
            throw wrong("-H " + header + " is not a header, expected NAME:VALUE");
        }
        String name = header.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        String value = header.substring(colon + 1).strip();
        switch (name) {
            case "host" -> head.set(":authority", value);
            case "upgrade" -> head.set(":protocol", value);
            case "connection" -> {}
            default -> head.add(name, value);
        }
    }

    private static int first(String url, int from) {
        for (int i = from; i < url.length(); i++) {
            if (url.charAt(i) == '/' || url.charAt(i) == '?') {
                return i;
            }
        }
        return url.length();
    }

    private ParameterException wrong(String text) {
        return new ParameterException(spec.commandLine(), text);
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

    /** No transport: nothing is sent. */
    private static final class Nowhere implements Downstream {
        @Override
        public boolean bodiless() {
            return true;
        }

        @Override
        public void offload(Runnable step) {
            throw new UnsupportedOperationException("an explanation sends nothing");
        }

        @Override
        public void refuse(GatewayException reason) {
            throw new UnsupportedOperationException("an explanation sends nothing");
        }

        @Override
        public void failAttempt(GatewayException reason) {
            throw new UnsupportedOperationException("an explanation sends nothing");
        }

        @Override
        public void answer(Head head, byte[] body) {
            throw new UnsupportedOperationException("an explanation sends nothing");
        }

        @Override
        public RequestHalf half() {
            throw new UnsupportedOperationException("an explanation sends nothing");
        }
    }
}
