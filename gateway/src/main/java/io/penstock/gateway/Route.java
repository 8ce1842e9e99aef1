// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.ResponseHook;
import io.penstock.gateway.filter.NamedFilter;
import io.penstock.gateway.lookup.Lookup;
import io.penstock.gateway.route.FixedAnswer;
import io.penstock.gateway.route.Redirect;
import io.penstock.gateway.route.Split;
import io.penstock.gateway.route.Way;
import io.penstock.gateway.upstream.cluster.Cluster;
import java.util.List;

/**
 * A route, ready to be followed.
 *
 * @param way what it does with each request before its action
 * @param filters in the order of requests
 * @param responseHook sees the heads of responses: the filters in reverse
 */
record Route(Way way, List<NamedFilter> filters, Action action, ResponseHook responseHook) {

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
