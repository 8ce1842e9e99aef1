// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import io.penstock.gateway.config.route.AuthorityConfig;
import io.penstock.gateway.config.route.RouteConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import org.jspecify.annotations.Nullable;

/**
 * What a route does with each request on the way to its action, compiled: exchanges follow it, and so do explanations, with a copy of one.
 * Immutable; safe for any thread.
 */
public final class Way {
    private final RouteConfig config;
    private final PathRewrite rewrite;
    private final @Nullable HostTemplate authority;
    private final TimeLimits ofUpgrades;
    private final TimeLimits ofCalls;
    private final TimeLimits ofOthers;

    private Way(RouteConfig config) {
        this.config = config;
        this.rewrite = PathRewrite.of(config.rewrite(), config.match().path());
        this.authority = config.authority() instanceof AuthorityConfig.Literal literal
                ? HostTemplate.of(literal.value(), config.match())
                : null;
        this.ofUpgrades = TimeLimits.ofUpgrades(config.timeouts());
        this.ofCalls = TimeLimits.ofCalls(config.timeouts());
        this.ofOthers = TimeLimits.ofOthers(config.timeouts());
    }

    /** Compiles what is configured. */
    public static Way of(RouteConfig config) {
        return new Way(config);
    }

    public RouteConfig config() {
        return config;
    }

    /**
     * Names the exchange's route.
     *
     * @throws GatewayException UPGRADE_REFUSED when it asks for a protocol to which the route does not upgrade
     */
    public void enter(Exchange exchange) {
        exchange.route(config.name());
        String upgrade = exchange.request().value(":protocol");
        if (upgrade != null && !config.upgradesTo(upgrade)) {
            throw new GatewayException(Cause.UPGRADE_REFUSED, "upgrade to " + upgrade);
        }
    }

    /** How long the exchange may take. */
    public TimeLimits limits(Exchange exchange) {
        if (exchange.request().has(":protocol")) {
            return ofUpgrades;
        }
        return exchange.grpc() ? ofCalls : ofOthers;
    }

    /** Gives the request the path that the upstream sees. */
    public void rewritePath(Exchange exchange) {
        if (!rewrite.isEmpty()) {
            exchange.request().set(":path", rewrite.apply(exchange.path()));
        }
    }

    /**
     * Gives the request the authority that the route names for its upstream.
     *
     * @return false when it names none: the caller's stays, or the target's takes its place
     * @throws GatewayException MALFORMED_REQUEST when that is made of a host which cannot be used
     */
    public boolean nameAuthority(Exchange exchange) {
        if (authority == null) {
            return false;
        }
        setAuthority(exchange.request(), authority.apply(exchange));
        return true;
    }

    /** Whether the upstream sees its own authority, once it is known which one that is. */
    public boolean namesTarget() {
        return config.authority() instanceof AuthorityConfig.Target;
    }

    /** Puts an authority in the place of the caller's. */
    public static void setAuthority(Head request, String authority) {
        request.remove("host");
        request.set(":authority", authority);
    }
}
