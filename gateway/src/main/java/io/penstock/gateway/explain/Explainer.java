// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.explain;

import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.config.read.Units;
import io.penstock.gateway.config.route.ActionConfig;
import io.penstock.gateway.config.route.AnswerConfig;
import io.penstock.gateway.config.route.RedirectConfig;
import io.penstock.gateway.config.route.RouteConfig;
import io.penstock.gateway.config.route.TargetConfig;
import io.penstock.gateway.config.route.WeightConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.filter.ClientAddress;
import io.penstock.gateway.filter.Filters;
import io.penstock.gateway.filter.Finding;
import io.penstock.gateway.filter.MaxForwards;
import io.penstock.gateway.filter.NamedFilter;
import io.penstock.gateway.route.Candidate;
import io.penstock.gateway.route.FixedAnswer;
import io.penstock.gateway.route.Redirect;
import io.penstock.gateway.route.RouteTable;
import io.penstock.gateway.route.TimeLimits;
import io.penstock.gateway.route.Walk;
import io.penstock.gateway.route.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
    private final Function<T, Way> wayOf;
    private final Filters filters;

    public Explainer(GatewayConfig config, Filters filters, RouteTable<T> routes, Function<T, Way> wayOf) {
        this.config = config;
        this.filters = filters;
        this.routes = routes;
        this.wayOf = wayOf;
    }

    /** The head of a response that is an explanation. */
    public static Head head(int bodyBytes) {
        return new Head()
                .add(":status", "200")
                .add("content-type", "application/json")
                .add("cache-control", "no-store")
                .add("content-length", Integer.toString(bodyBytes));
    }

    /**
     * The same for a request that nobody sent.
     *
     * @param clients finds the client's address, as it does for requests
     * @throws Question.Wrong a part cannot be what it is said to be
     */
    public Explanation explain(Question question, ClientAddress clients) {
        Exchange exchange = question.exchange(config);
        if (exchange.cause() != null) {
            return Explanation.refused(
                    exchange, exchange.cause().slug() + ": " + Objects.requireNonNullElse(exchange.detail(), ""));
        }
        clients.find(exchange);
        return explain(exchange);
    }

    /** Judges every route; takes as long as there are routes. */
    public Explanation explain(Exchange exchange) {
        T found = routes.match(exchange);
        List<Candidate> candidates = new ArrayList<>(routes.explain(exchange));
        candidates.sort(Comparator.comparing(Candidate::verdict));
        Map<String, String> steps = new LinkedHashMap<>();
        try {
            Walk.take(new Told(exchange, found, steps), exchange.branch(exchange.downstream()));
        } catch (GatewayException e) {
            steps.putIfAbsent("refused", e.reason().slug());
        }
        return new Explanation(
                exchange.method(),
                exchange.authority() + exchange.path(),
                exchange.client(),
                found == null ? "" : wayOf.apply(found).config().name(),
                steps,
                candidates);
    }

    /** Takes the steps of the exchange with a copy of it, and writes down what each comes to. */
    private final class Told implements Walk<T> {
        private final Exchange exchange;
        private final @Nullable T found;
        private final Map<String, String> steps;

        Told(Exchange exchange, @Nullable T found, Map<String, String> steps) {
            this.exchange = exchange;
            this.found = found;
            this.steps = steps;
        }

        @Override
        public boolean goesFurther(Exchange copy) {
            if (MaxForwards.reached(copy.request())) {
                steps.put("answer", "200 by the gateway itself: max-forwards is 0");
                return false;
            }
            return true;
        }

        @Override
        public @Nullable T match(Exchange copy) {
            return found;
        }

        @Override
        public void enter(Exchange copy, T route) {
            String upgrade = copy.request().value(":protocol");
            if (upgrade != null) {
                steps.put("upgrade", upgrade);
            }
            try {
                wayOf.apply(route).enter(copy);
            } catch (GatewayException e) {
                steps.put("upgrade", upgrade + ", refused: " + e.reason().slug());
                throw e;
            }
        }

        @Override
        public boolean filter(Exchange copy, T route) {
            return filters(copy, wayOf.apply(route).config(), steps);
        }

        @Override
        public void act(Exchange copy, T route) {
            Way way = wayOf.apply(route);
            RouteConfig config = way.config();
            TimeLimits limits = way.limits(exchange);
            action(exchange, copy, config, config.action(), steps);
            if (config.action() instanceof TargetConfig) {
                way.rewritePath(copy);
                steps.put("path", Objects.requireNonNullElse(copy.request().path(), copy.path()));
                steps.put("authority", or(() -> authority(way, copy)));
                timeouts(copy, limits, steps);
            }
        }
    }

    /**
     * What each filter would do, in order, with a copy of the exchange, which is changed as the filters change requests. Whether the request
     * goes on behind them.
     */
    private boolean filters(Exchange copy, RouteConfig route, Map<String, String> steps) {
        List<String> said = new ArrayList<>();
        boolean on = true;
        for (NamedFilter named : filters.chain(route)) {
            Finding finding = finding(named, copy);
            if (!finding.words().isEmpty()) {
                said.add((named.name().isEmpty() ? "" : named.name() + ": ") + finding.words());
            }
            if (finding.ends()) {
                on = false;
                break;
            }
        }
        steps.put("filters", said.isEmpty() ? "none" : String.join("; ", said));
        return on;
    }

    private static Finding finding(NamedFilter named, Exchange copy) {
        try {
            return named.filter().explain(copy);
        } catch (GatewayException e) {
            return Finding.answers("refused: " + e.reason().slug());
        }
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
    }

    private static String authority(Way way, Exchange copy) {
        if (way.namesTarget()) {
            return "the target's";
        }
        return way.nameAuthority(copy) ? String.valueOf(copy.request().authority()) : copy.authority();
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

    private static void timeouts(Exchange exchange, TimeLimits limits, Map<String, String> steps) {
        boolean upgrade = limits.upgrade();
        String until = upgrade ? " until it is upgraded" : exchange.grpc() ? "" : ", none for an event stream";
        steps.put("timeout", orNone(limits.timeout()) + until);
        limits.mostGrpc().ifPresent(most -> steps.put("max-grpc-timeout", Units.text(most)));
        steps.put(upgrade ? "max-upgrade-idle" : "max-idle", orNone(limits.idle()));
        steps.put("max-stream-life", orNone(limits.life()));
    }

    private static String orNone(Optional<Duration> limit) {
        return limit.map(Units::text).orElse("none");
    }
}
