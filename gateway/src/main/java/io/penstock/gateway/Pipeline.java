// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.config.AuthorityConfig;
import io.penstock.gateway.config.RouteConfig;
import io.penstock.gateway.config.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Deadlines;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.GrpcTimeout;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ResponseHook;
import io.penstock.gateway.filter.Filter;
import io.penstock.gateway.lookup.FixedTargets;
import io.penstock.gateway.lookup.Lookup;
import io.penstock.gateway.lookup.Target;
import io.penstock.gateway.route.RouteTable;
import io.penstock.gateway.upstream.Upstreams;
import java.util.List;

/**
 * What happens to an exchange, in order. Immutable; safe for any thread.
 *
 * <ol>
 *   <li>the route is matched by host and path;
 *   <li>its deadline is set: the caller's {@code grpc-timeout}, bounded by the route;
 *   <li>its filters see the request head;
 *   <li>the target is chosen: an endpoint of a cluster, or what a lookup finds, which may have to wait for its store;
 *   <li>the exchange goes to the endpoint's pool, and frames are relayed both ways;
 *   <li>the filters see the response head, in reverse;
 *   <li>the end actions run, and telemetry reads the finished exchange.
 * </ol>
 */
final class Pipeline implements ExchangeHandler {

    /** A route, ready to be followed. */
    record Route(RouteConfig config, List<Filter> filters, Destination destination, ResponseHook responseHook) {
        static Route of(RouteConfig config, List<Filter> filters, Destination destination) {
            return new Route(config, filters, destination, (exchange, response) -> {
                for (int i = filters.size() - 1; i >= 0; i--) {
                    filters.get(i).response(exchange, response);
                }
            });
        }
    }

    /** Where a route sends its exchanges. */
    sealed interface Destination {
        /** One endpoint after the other. */
        record ToCluster(String name, FixedTargets targets, UpstreamConfig upstream) implements Destination {}

        /** What is stored under the request's key. */
        record ToLookup(Lookup lookup, UpstreamConfig upstream) implements Destination {}
    }

    private final RouteTable<Route> routes;
    private final Upstreams upstreams;
    private final Deadlines deadlines;

    Pipeline(RouteTable<Route> routes, Upstreams upstreams, Deadlines deadlines) {
        this.routes = routes;
        this.upstreams = upstreams;
        this.deadlines = deadlines;
    }

    @Override
    public void open(Exchange exchange) {
        Route route = match(exchange);
        setDeadline(exchange, route.config());
        for (Filter filter : route.filters()) {
            filter.request(exchange);
        }
        switch (route.destination()) {
            case Destination.ToCluster to -> toCluster(exchange, route, to);
            case Destination.ToLookup to -> lookUp(exchange, route, to);
        }
    }

    private Route match(Exchange exchange) {
        Route route = routes.match(exchange.authority(), exchange.path());
        if (route == null) {
            throw new GatewayException(Cause.NO_ROUTE, "no route for this host and path");
        }
        exchange.route(route.config().name());
        exchange.onHead(route.responseHook());
        return route;
    }

    private void setDeadline(Exchange exchange, RouteConfig route) {
        route.timeout().ifPresent(timeout -> deadlines.end(exchange, timeout.toNanos()));
        route.maxIdle().ifPresent(idle -> deadlines.endIdle(exchange, idle.toNanos()));
        String grpcTimeout = exchange.grpc() ? exchange.request().value(GrpcTimeout.NAME) : null;
        if (grpcTimeout != null) {
            long asked = GrpcTimeout.parse(grpcTimeout);
            deadlines.end(exchange, Math.min(asked, route.maxGrpcTimeout().toNanos()));
        }
    }

    private void toCluster(Exchange exchange, Route route, Destination.ToCluster to) {
        exchange.cluster(to.name());
        int place = to.targets().next();
        Target target = to.targets().ready(place);
        if (target != null) {
            forward(exchange, route, target, to.upstream());
        } else {
            exchange.downstream()
                    .offload(() -> forward(exchange, route, to.targets().resolve(place), to.upstream()));
        }
    }

    private void lookUp(Exchange exchange, Route route, Destination.ToLookup to) {
        exchange.cluster(to.lookup().name());
        Target target = to.lookup().ready(exchange.request());
        if (target != null) {
            forward(exchange, route, target, to.upstream());
        } else {
            exchange.downstream()
                    .offload(() -> forward(exchange, route, to.lookup().resolve(exchange.request()), to.upstream()));
        }
    }

    private void forward(Exchange exchange, Route route, Target target, UpstreamConfig upstream) {
        switch (route.config().authority()) {
            case AuthorityConfig.Preserve preserve -> {}
            case AuthorityConfig.Target toTarget -> setAuthority(exchange.request(), target.text());
            case AuthorityConfig.Literal literal -> setAuthority(exchange.request(), literal.value());
        }
        upstreams.forward(exchange, target.address(), upstream);
    }

    private static void setAuthority(Head request, String authority) {
        request.remove("host");
        request.set(":authority", authority);
    }
}
