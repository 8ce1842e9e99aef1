// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.explain;

import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.config.read.Units;
import io.penstock.gateway.config.route.ActionConfig;
import io.penstock.gateway.config.route.AnswerConfig;
import io.penstock.gateway.config.route.AuthorityConfig;
import io.penstock.gateway.config.route.RedirectConfig;
import io.penstock.gateway.config.route.RouteConfig;
import io.penstock.gateway.config.route.TargetConfig;
import io.penstock.gateway.config.route.TimeoutsConfig;
import io.penstock.gateway.config.route.WeightConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.filter.Filters;
import io.penstock.gateway.filter.Finding;
import io.penstock.gateway.filter.NamedFilter;
import io.penstock.gateway.route.Candidate;
import io.penstock.gateway.route.FixedAnswer;
import io.penstock.gateway.route.HostTemplate;
import io.penstock.gateway.route.PathRewrite;
import io.penstock.gateway.route.Redirect;
import io.penstock.gateway.route.RouteTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Says what the gateway would do with a request and why, without doing it: for the command line, and for a trusted caller's request
 * with the field {@value #HEADER}.
 *
 * @param <T> what the route table yields
 */
public final class Explainer<T> {
    /** Asks for the explanation of a request in the place of its response. */
    public static final String HEADER = "x-penstock-explain";

    private final GatewayConfig config;
    private final RouteTable<T> routes;
    private final Function<T, RouteConfig> configOf;
    private final Filters filters;

    public Explainer(GatewayConfig config, Filters filters, RouteTable<T> routes, Function<T, RouteConfig> configOf) {
        this.config = config;
        this.filters = filters;
        this.routes = routes;
        this.configOf = configOf;
    }

    /** The head of a response that is an explanation. */
    public static Head head(int bodyBytes) {
        return new Head()
                .add(":status", "200")
                .add("content-type", "application/json")
                .add("cache-control", "no-store")
                .add("content-length", Integer.toString(bodyBytes));
    }

    /** Judges every route; takes as long as there are routes. */
    public Explanation explain(Exchange exchange) {
        T found = routes.match(exchange);
        List<Candidate> candidates = new ArrayList<>(routes.explain(exchange));
        candidates.sort(Comparator.comparing(Candidate::verdict));
        Map<String, String> steps = new LinkedHashMap<>();
        if (found != null) {
            steps(exchange, configOf.apply(found), steps);
        }
        return new Explanation(
                exchange.method(),
                exchange.authority() + exchange.path(),
                exchange.client(),
                found == null ? "" : configOf.apply(found).name(),
                steps,
                candidates);
    }

    private void steps(Exchange exchange, RouteConfig route, Map<String, String> steps) {
        String upgrade = exchange.request().value(":protocol");
        if (upgrade != null) {
            steps.put("upgrade", upgrade + (route.upgradesTo(upgrade) ? "" : ", refused: upgrade-refused"));
        }
        Exchange copy = exchange.branch(exchange.downstream());
        copy.route(route.name());
        steps.put("filters", filters(copy, route));
        action(exchange, copy, route, route.action(), steps);
        if (route.action() instanceof TargetConfig) {
            timeouts(exchange, upgrade != null, route.timeouts(), steps);
        }
    }

    /** What each filter would do, in order, with a copy of the exchange, which is changed as the filters change requests. */
    private String filters(Exchange copy, RouteConfig route) {
        List<String> said = new ArrayList<>();
        for (NamedFilter named : filters.chain(route)) {
            String name = named.name().isEmpty() ? "" : named.name() + ": ";
            try {
                Finding finding = named.filter().explain(copy);
                said.add(name + finding.words());
                if (finding.ends()) {
                    break;
                }
            } catch (GatewayException e) {
                said.add(name + "refused: " + e.reason().slug());
                break;
            }
        }
        said.removeIf(String::isEmpty);
        return said.isEmpty() ? "none" : String.join("; ", said);
    }

    /** What becomes of the request; the copy is as the filters leave it: which of a caller's fields are believed is theirs to say. */
    private void action(
            Exchange exchange, Exchange copy, RouteConfig route, ActionConfig action, Map<String, String> steps) {
        switch (action) {
            case TargetConfig.ClusterTarget to -> clusters(exchange, List.of(new WeightConfig(to.name(), 1)), steps);
            case TargetConfig.SplitTarget to -> clusters(exchange, to.clusters(), steps);
            case TargetConfig.LookupTarget to -> lookup(exchange, to.name(), steps);
            case RedirectConfig to ->
                steps.put("redirect", or(() -> to.status() + " to " + new Redirect(to, route.match()).location(copy)));
            case AnswerConfig to ->
                steps.put(
                        "answer",
                        exchange.grpc()
                                ? "grpc-status " + new FixedAnswer(to).grpcStatus()
                                : to.status() + ", " + to.body().length() + " chars");
        }
        if (action instanceof TargetConfig) {
            steps.put(
                    "path",
                    PathRewrite.of(route.rewrite(), route.match().path()).apply(exchange.path()));
            steps.put(
                    "authority",
                    switch (route.authority()) {
                        case AuthorityConfig.Preserve preserve -> exchange.authority();
                        case AuthorityConfig.Target target -> "the target's";
                        case AuthorityConfig.Literal literal ->
                            or(() -> HostTemplate.of(literal.value(), route.match())
                                    .apply(exchange));
                    });
        }
    }

    /** What a step comes to, or the refusal that it ends with. */
    private static String or(Supplier<String> step) {
        try {
            return step.get();
        } catch (GatewayException e) {
            return "refused: " + e.reason().slug();
        }
    }

    private void clusters(Exchange exchange, List<WeightConfig> weights, Map<String, String> steps) {
        ClusterSteps words = new ClusterSteps(exchange, weights.size() > 1, steps);
        for (WeightConfig weight : weights) {
            String label = weights.size() > 1 ? "cluster, weight " + weight.weight() : "cluster";
            config.clusters().stream()
                    .filter(one -> one.name().equals(weight.cluster()))
                    .forEach(one -> words.add(label, one));
        }
    }

    private void lookup(Exchange exchange, String name, Map<String, String> steps) {
        Optional<LookupConfig> lookup =
                config.lookups().stream().filter(one -> one.name().equals(name)).findFirst();
        String key = lookup.map(one -> ", key " + one.key() + " in store " + one.store())
                .orElse("");
        steps.put("lookup", name + key);
        lookup.ifPresent(one -> new ClusterSteps(exchange, false, steps).upstream(name, one.upstream()));
    }

    private static void timeouts(
            Exchange exchange, boolean upgrade, TimeoutsConfig timeouts, Map<String, String> steps) {
        String timeout = timeouts.timeout()
                .map(Units::text)
                .orElseGet(() -> exchange.grpc() ? "none" : Units.text(TimeoutsConfig.UNARY));
        String until = upgrade ? " until it is upgraded" : exchange.grpc() ? "" : ", none for an event stream";
        steps.put("timeout", timeout + until);
        if (exchange.grpc()) {
            steps.put("max-grpc-timeout", Units.text(timeouts.maxGrpcTimeout()));
        }
        steps.put(
                upgrade ? "max-upgrade-idle" : "max-idle",
                (upgrade ? timeouts.upgradeIdle() : timeouts.maxIdle())
                        .map(Units::text)
                        .orElse("none"));
        steps.put("max-stream-life", timeouts.maxStreamLife().map(Units::text).orElse("none"));
    }
}
