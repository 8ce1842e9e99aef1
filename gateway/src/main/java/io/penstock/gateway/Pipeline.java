// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.Route.Action;
import io.penstock.gateway.config.route.TimeoutsConfig;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.ExchangeHandler;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.side.Upstream;
import io.penstock.gateway.exchange.time.Deadlines;
import io.penstock.gateway.exchange.time.GrpcTimeout;
import io.penstock.gateway.exchange.time.UpgradeTimeouts;
import io.penstock.gateway.explain.Explainer;
import io.penstock.gateway.filter.ClientAddress;
import io.penstock.gateway.filter.MaxForwards;
import io.penstock.gateway.filter.NamedFilter;
import io.penstock.gateway.filter.Verdict;
import io.penstock.gateway.lookup.Target;
import io.penstock.gateway.route.RouteTable;
import io.penstock.gateway.route.TimeLimits;
import io.penstock.gateway.route.Walk;
import io.penstock.gateway.route.Way;
import io.penstock.gateway.upstream.SingleTarget;
import io.penstock.gateway.upstream.Upstreams;
import java.time.Duration;
import java.util.List;

/**
 * What happens to an exchange, in order. Immutable; safe for any thread.
 *
 * <ol>
 *   <li>the client's address is found: the peer's, or what trusted proxies say;
 *   <li>an OPTIONS or TRACE that may go no further ({@code max-forwards}) is answered;
 *   <li>the route is matched by everything that routes may ask for; a trusted caller may ask why, and gets that answer instead;
 *   <li>its time limits are set: the caller's {@code grpc-timeout}, bounded by the route, and the route's own;
 *   <li>its filters see the request head, in order; one that has to ask somebody does so on a thread, one that answers ends the walk;
 *   <li>an exchange whose body a filter changes goes on in blocking style, and its path is rewritten;
 *   <li>the target is chosen: an endpoint of a cluster, or what a lookup finds, which may have to wait for its store; or the gateway
 *       answers by itself;
 *   <li>the exchange goes to the endpoint's pool, and is relayed both ways;
 *   <li>the filters see the response head, in reverse;
 *   <li>the end actions run, and telemetry reads the finished exchange.
 * </ol>
 */
final class Pipeline implements ExchangeHandler, Walk<Route> {
    private static final byte[] NOTHING = {};

    private final ClientAddress clients;
    private final RouteTable<Route> routes;
    private final Explainer<Route> explainer;
    private final Upstreams upstreams;
    private final Deadlines deadlines;

    Pipeline(
            ClientAddress clients,
            RouteTable<Route> routes,
            Explainer<Route> explainer,
            Upstreams upstreams,
            Deadlines deadlines) {
        this.clients = clients;
        this.routes = routes;
        this.explainer = explainer;
        this.upstreams = upstreams;
        this.deadlines = deadlines;
    }

    @Override
    public void open(Exchange exchange) {
        clients.find(exchange);
        if (exchange.request().has(Explainer.HEADER) && exchange.trusted()) {
            byte[] json = explainer.explain(exchange).json();
            answer(exchange, Explainer.head(json.length), json);
            return;
        }
        Walk.take(this, exchange);
    }

    @Override
    public boolean goesFurther(Exchange exchange) {
        if (!MaxForwards.reached(exchange.request())) {
            return true;
        }
        byte[] body = MaxForwards.body(exchange.request());
        answer(exchange, MaxForwards.head(exchange.request(), body.length), body);
        return false;
    }

    @Override
    public void enter(Exchange exchange, Route route) {
        route.way().enter(exchange);
        limit(exchange, route.way().limits(exchange));
    }

    @Override
    public boolean filter(Exchange exchange, Route route) {
        return filter(exchange, route, 0);
    }

    /** Asks the route's filters in order, from this one on; what waits goes on from here on a thread of the exchange's own. */
    private boolean filter(Exchange exchange, Route route, int from) {
        List<NamedFilter> filters = route.filters();
        for (int i = from; i < filters.size(); i++) {
            Verdict verdict = filters.get(i).filter().request(exchange);
            if (verdict == Verdict.WAIT) {
                int waiting = i;
                exchange.downstream().offload(() -> await(exchange, route, waiting));
                return false;
            }
            if (verdict instanceof Verdict.Answer answer) {
                answer(exchange, answer.head(), answer.body());
                return false;
            }
        }
        if (exchange.decorated()) {
            exchange.downstream().offload(() -> act(exchange, route)); // bodies are changed in blocking style
            return false;
        }
        return true;
    }

    private void await(Exchange exchange, Route route, int waiting) {
        Verdict verdict = route.filters().get(waiting).filter().await(exchange);
        if (exchange.cause() != null || exchange.ended()) {
            return; // somebody has refused it meanwhile
        }
        if (verdict instanceof Verdict.Answer answer) {
            answer(exchange, answer.head(), answer.body());
        } else if (filter(exchange, route, waiting + 1)) {
            act(exchange, route);
        }
    }

    @Override
    public void act(Exchange exchange, Route route) {
        route.way().rewritePath(exchange);
        act(exchange, route, route.action());
    }

    @Override
    public Route match(Exchange exchange) {
        Route route = routes.match(exchange);
        if (route == null) {
            throw new GatewayException(Cause.NO_ROUTE, "no route for this request");
        }
        exchange.onHead(route.responseHook());
        return route;
    }

    private void limit(Exchange exchange, TimeLimits limits) {
        if (limits.upgrade()) {
            exchange.upgradeTimeouts(new UpgradeTimeouts(
                    exchange, limits.timeout().orElse(TimeoutsConfig.UNARY), limits.idle(), limits.life()));
            return;
        }
        if (limits.timeout().isPresent()) {
            deadlines.end(exchange, limits.timeout().get().toNanos());
        }
        if (limits.idle().isPresent()) {
            deadlines.endIdle(exchange, limits.idle().get().toNanos());
        }
        if (limits.mostGrpc().isPresent()) {
            limitCall(exchange, limits, limits.mostGrpc().get());
        }
    }

    private void limitCall(Exchange exchange, TimeLimits limits, Duration most) {
        if (limits.life().isPresent()) {
            deadlines.endLife(exchange, limits.life().get().toNanos());
        }
        String asked = exchange.request().value(GrpcTimeout.NAME);
        if (asked != null) {
            deadlines.end(exchange, Math.min(GrpcTimeout.parse(asked), most.toNanos()));
        }
    }

    private void act(Exchange exchange, Route route, Action action) {
        switch (action) {
            case Action.ToCluster to -> toCluster(exchange, route, to);
            case Action.ToOneOf one -> toCluster(exchange, route, one.clusters().choose(exchange.requestId()));
            case Action.ToLookup to -> lookUp(exchange, route, to);
            case Action.ToRedirect to -> answer(exchange, to.redirect().head(exchange), NOTHING);
            case Action.ToAnswer to ->
                answer(exchange, to.answer().head(exchange), to.answer().body(exchange));
        }
    }

    private static void answer(Exchange exchange, Head head, byte[] body) {
        if (exchange.decorated()) {
            exchange.downstream().offload(() -> answerThrough(exchange.half(), exchange, head, body));
            return;
        }
        String grpcStatus = exchange.grpc() ? head.value("grpc-status") : null;
        if (grpcStatus != null) {
            exchange.grpcStatus(Integer.parseInt(grpcStatus));
        }
        exchange.responded(head);
        exchange.downstream().answer(head, body);
    }

    /** As an upstream's answer: through the hands of those who change bodies. */
    private static void answerThrough(RequestHalf half, Exchange exchange, Head head, byte[] body) {
        exchange.responded(head);
        half.send(head, body.length == 0);
        if (body.length > 0) {
            half.write(body, 0, body.length);
            half.end(null);
        }
    }

    private static void toCluster(Exchange exchange, Route route, Action.ToCluster to) {
        route.way().nameAuthority(exchange);
        to.cluster().open(exchange, route.way().config().authority());
    }

    private void lookUp(Exchange exchange, Route route, Action.ToLookup to) {
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
        if (!route.way().nameAuthority(exchange) && route.way().namesTarget()) {
            Way.setAuthority(exchange.request(), target.text());
        }
        Upstream to = new SingleTarget(upstreams, target.address(), target.hostname(), upstream);
        exchange.upstream(to);
        to.open(exchange);
    }
}
