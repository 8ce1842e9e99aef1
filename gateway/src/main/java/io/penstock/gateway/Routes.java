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

/** Makes the route table from a configuration. Routes to the same cluster share its turns. */
final class Routes {
    private final Map<String, Action.ToCluster> clusters = new HashMap<>();
    private final Map<String, Action.ToLookup> lookups = new HashMap<>();
    private final GatewayConfig config;
    private final Deadlines deadlines;
    private final Filters filters;
    private final List<Filter> more;

    /**
     * Prepares what routes share.
     *
     * @param filters those of the configuration
     * @param more filters that run on every route, after those of the configuration
     */
    Routes(
            GatewayConfig config,
            Map<String, Lookup> lookupsByName,
            Clusters byName,
            Filters filters,
            Deadlines deadlines,
            List<Filter> more) {
        this.config = config;
        this.filters = filters;
        this.deadlines = deadlines;
        this.more = more;
        for (ClusterConfig cluster : config.clusters()) {
            clusters.put(cluster.name(), new Action.ToCluster(byName.cluster(cluster.name())));
        }
        for (LookupConfig lookup : config.lookups()) {
            Lookup named = Objects.requireNonNull(lookupsByName.get(lookup.name()));
            lookups.put(lookup.name(), new Action.ToLookup(named, lookup.upstream()));
        }
    }

    RouteTable<Route> table() {
        var table = new RouteTable.Builder<Route>();
        for (RouteConfig route : config.routes()) {
            table.add(route.name(), route.match(), compiled(route));
        }
        return table.build();
    }

    private Route compiled(RouteConfig route) {
        List<NamedFilter> chain = new ArrayList<>(filters.chain(route));
        more.forEach(filter -> chain.add(new NamedFilter("", filter)));
        return new Route(
                Way.of(route),
                List.copyOf(chain),
                action(route, route.action()),
                hook(route, chain.stream().map(NamedFilter::filter).toList()));
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

    /** The filters in reverse; and what only its response shows to be an event stream or upgraded is freed of ordinary timeouts. */
    private ResponseHook hook(RouteConfig route, List<Filter> filters) {
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
