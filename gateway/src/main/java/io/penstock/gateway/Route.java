// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.config.route.RouteConfig;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.ResponseHook;
import io.penstock.gateway.filter.NamedFilter;
import io.penstock.gateway.lookup.Lookup;
import io.penstock.gateway.route.FixedAnswer;
import io.penstock.gateway.route.HostTemplate;
import io.penstock.gateway.route.PathRewrite;
import io.penstock.gateway.route.Redirect;
import io.penstock.gateway.route.Split;
import io.penstock.gateway.upstream.cluster.Cluster;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route, ready to be followed.
 *
 * @param filters in the order of requests
 * @param rewrite of the path that the upstream sees
 * @param authority that the upstream sees in the place of the caller's; null where the configuration names none
 * @param responseHook sees the heads of responses: the filters in reverse
 */
record Route(
        RouteConfig config,
        List<NamedFilter> filters,
        PathRewrite rewrite,
        @Nullable HostTemplate authority,
        Action action,
        ResponseHook responseHook) {

    /** What it does with its exchanges. */
    sealed interface Action {
        /** An endpoint that the cluster picks, for each attempt. */
        record ToCluster(Cluster cluster) implements Action {}

        /** One of several clusters. */
        record ToOneOf(Split<ToCluster> clusters) implements Action {}

        /** What is stored under the request's key. */
        record ToLookup(Lookup lookup, UpstreamConfig upstream) implements Action {}

        /** Nowhere: the caller is to go elsewhere. */
        record ToRedirect(Redirect redirect) implements Action {}

        /** Nowhere: the answer is known. */
        record ToAnswer(FixedAnswer answer) implements Action {}
    }
}
