// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.upstream.guard.Breaker;
import io.penstock.gateway.upstream.guard.Bulkhead;
import io.penstock.gateway.upstream.guard.HedgeRules;
import io.penstock.gateway.upstream.health.EndpointHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes the reports of clusters. */
final class Reports {
    private Reports() {}

    static ClusterReport of(Cluster cluster, Members members, long fallbacks) {
        List<ClusterReport.EndpointReport> endpoints = new ArrayList<>();
        long opened = cluster.breaker() == null ? 0 : cluster.breaker().opened();
        long refused = cluster.breaker() == null ? 0 : cluster.breaker().refused();
        for (Member member : members.all()) {
            endpoints.add(
                    endpoint(member, members.drained(member), cluster.time().now()));
            opened += member.breaker() == null ? 0 : member.breaker().opened();
            refused += member.breaker() == null ? 0 : member.breaker().refused();
        }
        Bulkhead bulkhead = cluster.bulkhead();
        HedgeRules hedge = cluster.hedge();
        return new ClusterReport(
                cluster.name(),
                cluster.active(),
                bulkhead == null ? 0 : bulkhead.waiting(),
                bulkhead == null ? -1 : bulkhead.places(),
                bulkhead == null ? 0 : bulkhead.refused(),
                state(cluster.breaker()),
                opened,
                refused,
                cluster.budget().allowed(),
                cluster.budget().retrying(),
                cluster.budget().refused(),
                hedge == null ? 0 : hedge.sent(),
                hedge == null ? 0 : hedge.won(),
                hedge == null ? 0 : hedge.cancelled(),
                cluster.outliers().ejections(),
                fallbacks,
                endpoints);
    }

    private static ClusterReport.EndpointReport endpoint(Member member, boolean drained, long now) {
        EndpointHealth health = member.health();
        EndpointHealth.State state = health.state();
        return new ClusterReport.EndpointReport(
                member.name(),
                drained ? "drained" : state.name().toLowerCase(Locale.ROOT),
                state == EndpointHealth.State.EJECTED ? Math.max(0, (health.ejectedUntilNanos() - now) / 1_000_000) : 0,
                member.config().weight(),
                member.load().active(),
                member.attempts().sum(),
                member.failures().sum(),
                member.load().peakNanos(now) / 1e6,
                state(member.breaker()),
                health.lastCheck());
    }

    private static String state(@Nullable Breaker breaker) {
        return breaker == null ? "none" : breaker.state();
    }
}
