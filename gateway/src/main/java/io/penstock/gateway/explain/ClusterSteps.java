// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.explain;

import io.penstock.gateway.config.cluster.BreakerConfig;
import io.penstock.gateway.config.cluster.ClusterConfig;
import io.penstock.gateway.config.cluster.EndpointConfig;
import io.penstock.gateway.config.cluster.HedgeConfig;
import io.penstock.gateway.config.cluster.RetryConfig;
import io.penstock.gateway.config.cluster.StatusRange;
import io.penstock.gateway.config.discovery.DiscoveryConfig;
import io.penstock.gateway.config.read.Units;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GrpcStatus;
import io.penstock.gateway.upstream.guard.HedgeRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a cluster does with an exchange, in the words of an explanation. Where a route has several, each value names its cluster. */
final class ClusterSteps {
    private final Exchange exchange;
    private final Map<String, String> steps;
    private final boolean several;

    ClusterSteps(Exchange exchange, boolean several, Map<String, String> steps) {
        this.exchange = exchange;
        this.several = several;
        this.steps = steps;
    }

    /** Adds the steps of this cluster, beginning with the one under this label. */
    void add(String label, ClusterConfig cluster) {
        steps.merge(label, cluster.name() + ", " + endpoints(cluster), (one, other) -> one + "; " + other);
        put(cluster, "balancer", word(cluster.balancer().policy()));
        upstream(cluster.name(), cluster.upstream());
        put(cluster, "retry", retry(cluster.retry()));
        cluster.retry().perTryTimeout().ifPresent(time -> put(cluster, "per-try-timeout", Units.text(time)));
        cluster.retry().hedge().ifPresent(hedge -> put(cluster, "hedge", hedge(hedge)));
        cluster.breaker().ifPresent(breaker -> put(cluster, "breaker", breaker(breaker)));
        cluster.bulkhead().ifPresent(bulkhead -> put(cluster, "bulkhead", bulkhead.maxActive() + " at a time"));
        cluster.fallback()
                .ifPresent(fallback -> put(
                        cluster,
                        "fallback",
                        fallback.cluster().map(other -> "cluster " + other).orElse("status " + fallback.status())));
    }

    /** Adds how connections to upstreams are made. */
    void upstream(String name, UpstreamConfig upstream) {
        put(name, "protocol", word(upstream.protocol()) + (upstream.tls().isPresent() ? ", TLS" : ", clear text"));
        put(name, "connect-timeout", Units.text(upstream.connectTimeout()));
        put(name, "queue-timeout", Units.text(upstream.queueTimeout()));
        put(name, "first-byte-timeout", exchange.grpc() ? "none" : Units.text(upstream.firstByteTimeout()));
        put(name, "read-timeout", readTimeout(upstream));
        put(name, "write-timeout", Units.text(upstream.writeTimeout()));
    }

    private String readTimeout(UpstreamConfig upstream) {
        if (exchange.grpc()) {
            return "none";
        }
        boolean upgrade = exchange.request().has(":protocol");
        return Units.text(upstream.readTimeout()) + (upgrade ? " until it is upgraded" : ", none for an event stream");
    }

    private void put(ClusterConfig cluster, String key, String value) {
        put(cluster.name(), key, value);
    }

    private void put(String name, String key, String value) {
        steps.merge(key, several ? name + ": " + value : value, (one, other) -> one + "; " + other);
    }

    private static String endpoints(ClusterConfig cluster) {
        return cluster.discovery()
                .map(ClusterSteps::discovery)
                .orElseGet(() -> "endpoints "
                        + cluster.endpoints().stream()
                                .map(EndpointConfig::address)
                                .collect(Collectors.joining(", ")));
    }

    private static String discovery(DiscoveryConfig discovery) {
        return discovery
                .dns()
                .map(dns -> "endpoints by DNS of " + dns.name())
                .orElseGet(() -> "endpoints by Consul of "
                        + discovery.consul().map(consul -> consul.service()).orElse(""));
    }

    private String retry(RetryConfig retry) {
        if (retry.attempts() < 2) {
            return "none";
        }
        List<String> on = new ArrayList<>();
        retry.on().forEach(condition -> on.add(word(condition)));
        if (exchange.grpc()) {
            retry.grpcStatuses().stream().map(GrpcStatus::name).forEach(on::add);
        } else {
            retry.statuses().stream().map(StatusRange::toString).forEach(on::add);
        }
        return retry.attempts() + " attempts in all"
                + (on.isEmpty() ? ", on nothing" : ", on " + String.join(", ", on))
                + "; budget " + retry.budgetPercent() + " % of the active exchanges and " + retry.budgetMinimum();
    }

    private String hedge(HedgeConfig hedge) {
        return new HedgeRules(hedge).serves(exchange)
                ? "after " + Units.text(hedge.after())
                : "not this request: its method is not listed";
    }

    private static String breaker(BreakerConfig breaker) {
        String rate = breaker.failureRate().map(percent -> percent + " %").orElse(breaker.failures() + " failures");
        return rate + " in " + Units.text(breaker.window()) + ", per " + word(breaker.scope());
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
