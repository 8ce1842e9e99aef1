// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.Route.Action;
import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.cluster.ClusterConfig;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.config.route.ActionConfig;
import io.penstock.gateway.config.route.AnswerConfig;
import io.penstock.gateway.config.route.RedirectConfig;
import io.penstock.gateway.config.route.RouteConfig;
import io.penstock.gateway.config.route.TargetConfig;
import io.penstock.gateway.config.route.WeightConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ResponseHook;
import io.penstock.gateway.exchange.time.Deadlines;
import io.penstock.gateway.filter.Filter;
import io.penstock.gateway.filter.Filters;
import io.penstock.gateway.filter.NamedFilter;
import io.penstock.gateway.lookup.Lookup;
import io.penstock.gateway.route.FixedAnswer;
import io.penstock.gateway.route.Redirect;
import io.penstock.gateway.route.RouteTable;
import io.penstock.gateway.route.Split;
import io.penstock.gateway.route.Way;
import io.penstock.gateway.upstream.cluster.Clusters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the route table from a configuration. Routes to the same cluster share its turns. A route that says the same as before, and uses only
 * what is the same, is the one of before: of many routes a change concerns few.
 */
@SuppressWarnings("ReferenceEquality") // what is kept is this very one; another that says the same is not
final class Routes {
    /** Beyond that the table is made anew. */
    private static final int MOST_EDITS = 200;

    private final Map<String, Action.ToCluster> clusters = new HashMap<>();
    private final Map<String, Action.ToLookup> lookups = new HashMap<>();
    private final Deadlines deadlines;
    private final Filters filters;
    private final List<Filter> more;
    private final List<RouteConfig> routes;
    private final RouteTable<Route> table;

    /**
     * Prepares what routes share.
     *
     * @param filters those of the configuration
     * @param more filters that run on every route, after those of the configuration
     * @param before those of the configuration before, with the same deadlines and {@code more}
     */
    Routes(
            GatewayConfig config,
            Map<String, Lookup> lookupsByName,
            Clusters byName,
            Filters filters,
            Deadlines deadlines,
            List<Filter> more,
            @Nullable Routes before) {
        this.filters = filters;
        this.deadlines = deadlines;
        this.more = more;
        for (ClusterConfig cluster : config.clusters()) {
            var to = new Action.ToCluster(byName.cluster(cluster.name()));
            Action.ToCluster old = before == null ? null : before.clusters.get(cluster.name());
            clusters.put(cluster.name(), to.equals(old) ? old : to);
        }
        for (LookupConfig lookup : config.lookups()) {
            Lookup named = Objects.requireNonNull(lookupsByName.get(lookup.name()));
            var to = new Action.ToLookup(named, lookup.upstream());
            Action.ToLookup old = before == null ? null : before.lookups.get(lookup.name());
            lookups.put(lookup.name(), to.equals(old) ? old : to);
        }
        routes = config.routes();
        table = table(before);
    }

    RouteTable<Route> table() {
        return table;
    }

    private RouteTable<Route> table(@Nullable Routes before) {
        if (before != null) {
            Changed<RouteConfig> changed = Changed.between(before.routes, routes);
            List<RouteConfig> stale = sameParts(before)
                    ? List.of()
                    : changed.kept().stream()
                            .filter(route -> !same(route, before))
                            .toList();
            if (changed.size() + stale.size() <= MOST_EDITS) {
                return edited(before.table, changed, stale);
            }
        }
        var builder = new RouteTable.Builder<Route>();
        routes.forEach(route -> builder.add(route.name(), route.match(), compiled(route)));
        return builder.build();
    }

    private RouteTable<Route> edited(RouteTable<Route> from, Changed<RouteConfig> changed, List<RouteConfig> stale) {
        Map<String, RouteConfig> come = new HashMap<>();
        changed.come().forEach(route -> come.put(route.name(), route));
        RouteTable<Route> next = from;
        for (RouteConfig route : changed.gone()) {
            RouteConfig in = come.remove(route.name());
            next = in == null
                    ? next.with(route.name(), route.match(), null, null)
                    : next.with(route.name(), route.match(), in.match(), compiled(in));
        }
        for (RouteConfig route : come.values()) {
            next = next.with(route.name(), null, route.match(), compiled(route));
        }
        for (RouteConfig route : stale) {
            next = next.with(route.name(), route.match(), route.match(), compiled(route));
        }
        return next;
    }

    /** Whether everything that routes may use is what it was. */
    private boolean sameParts(Routes before) {
        return clusters.equals(before.clusters) && lookups.equals(before.lookups) && filters.same(before.filters);
    }

    /** Whether everything that this route uses is what it was. */
    private boolean same(RouteConfig route, Routes before) {
        return sameTargets(route.action(), before) && filters.same(route, before.filters);
    }

    private boolean sameTargets(ActionConfig action, Routes before) {
        return switch (action) {
            case TargetConfig.ClusterTarget to -> cluster(to.name()) == before.clusters.get(to.name());
            case TargetConfig.SplitTarget to ->
                to.clusters().stream().allMatch(one -> cluster(one.cluster()) == before.clusters.get(one.cluster()));
            case TargetConfig.LookupTarget to -> lookups.get(to.name()) == before.lookups.get(to.name());
            case RedirectConfig to -> true;
            case AnswerConfig to -> true;
        };
    }

    private Route compiled(RouteConfig route) {
        List<NamedFilter> chain = new ArrayList<>(filters.chain(route));
        more.forEach(filter -> chain.add(new NamedFilter("", filter)));
        return new Route(
                Way.of(route),
                List.copyOf(chain),
                action(route, route.action()),
                hook(route, chain.stream().map(NamedFilter::filter).toList(), deadlines));
    }

    private Action action(RouteConfig route, ActionConfig action) {
        return switch (action) {
            case TargetConfig.ClusterTarget to -> cluster(to.name());
            case TargetConfig.SplitTarget to ->
                new Action.ToOneOf(new Split<>(
                        to.clusters().stream()
                                .map(one -> cluster(one.cluster()))
                                .toList(),
                        to.clusters().stream().map(WeightConfig::weight).toList()));
            case TargetConfig.LookupTarget to -> Objects.requireNonNull(lookups.get(to.name()));
            case RedirectConfig to -> new Action.ToRedirect(new Redirect(to, route.match()));
            case AnswerConfig to -> new Action.ToAnswer(new FixedAnswer(to));
        };
    }

    private Action.ToCluster cluster(String name) {
        return Objects.requireNonNull(clusters.get(name));
    }

    /**
     * The filters in reverse; and what only its response shows to be an event stream or upgraded is freed of ordinary timeouts. Static, since
     * a route that outlives these routes must not keep them.
     */
    private static ResponseHook hook(RouteConfig route, List<Filter> filters, Deadlines deadlines) {
        return (exchange, response) -> {
            if (exchange.upgradeTimeouts() != null) {
                if (upgraded(exchange, response)) {
                    exchange.markOpenEnded();
                }
            } else if (eventStream(response) && !exchange.openEnded()) {
                exchange.markOpenEnded();
                route.timeouts().maxStreamLife().ifPresent(life -> deadlines.endLife(exchange, life.toNanos()));
            }
            for (int i = filters.size() - 1; i >= 0; i--) {
                filters.get(i).response(exchange, response);
            }
        };
    }

    /** 101, or the success of a CONNECT (RFC 8441 §5). */
    private static boolean upgraded(Exchange exchange, Head response) {
        int status = response.status();
        return status == 101 || (status / 100 == 2 && exchange.method().equals("CONNECT"));
    }

    private static boolean eventStream(Head response) {
        String type = response.value("content-type");
        return type != null && type.startsWith("text/event-stream");
    }
}
