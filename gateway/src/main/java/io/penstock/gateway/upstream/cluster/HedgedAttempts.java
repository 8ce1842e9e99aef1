// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.config.route.AuthorityConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.upstream.guard.HedgeRules;
import io.penstock.gateway.upstream.hedge.Leg;
import io.penstock.gateway.upstream.hedge.Race;
import org.jspecify.annotations.Nullable;

/** The attempts of one exchange that may have two at a time. */
final class HedgedAttempts implements Race.Starter {
    private final Cluster cluster;
    private final HedgeRules rules;
    private final AuthorityConfig authority;
    private volatile @Nullable ClusterAttempts first;
    private volatile @Nullable ClusterAttempts second;
    private boolean begun;

    HedgedAttempts(Cluster cluster, HedgeRules rules, AuthorityConfig authority) {
        this.cluster = cluster;
        this.rules = rules;
        this.authority = authority;
    }

    /** Blocks until the exchange has its response, or throws why it has none. */
    void run(Exchange exchange) {
        new Race(exchange, this, cluster.config().upstream().replayBytes(), rules.afterNanos()).run();
    }

    /** Whether an attempt was made at all. */
    boolean begun() {
        return begun;
    }

    @Override
    public void first(Leg leg) {
        ClusterAttempts attempts = new ClusterAttempts(cluster, authority, leg, null, this);
        first = attempts;
        attempts.beginLeg();
        begun = true;
    }

    @Override
    public boolean second(Leg leg) {
        ClusterAttempts before = first;
        if (before == null || !cluster.rules().more(1) || !cluster.budget().take(cluster.active())) {
            return false;
        }
        ClusterAttempts attempts = new ClusterAttempts(cluster, authority, leg, before, this);
        second = attempts;
        try {
            attempts.beginLeg();
        } catch (GatewayException e) {
            return false; // there is no other endpoint, or none that would take it
        }
        return true;
    }

    /** The second leg has an endpoint, and goes there. */
    void noteSent() {
        rules.noteSent();
    }

    @Override
    public void won(Leg leg) {
        ClusterAttempts hedge = second;
        if (hedge != null && hedge.leg() == leg) {
            rules.noteWon();
        }
    }

    @Override
    public void lost(Leg leg) {
        ClusterAttempts hedge = second;
        boolean sent = hedge != null && hedge.member() != null;
        if (sent) { // otherwise the first has won against one that has only been thought of
            rules.noteCancelled();
        }
    }

    /** The other leg's attempts, if there are any. */
    @Nullable
    ClusterAttempts beside(ClusterAttempts one) {
        return one == first ? second : first;
    }
}
