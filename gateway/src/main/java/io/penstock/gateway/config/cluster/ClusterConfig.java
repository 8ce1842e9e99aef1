// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.cluster;

import io.penstock.gateway.config.discovery.DiscoveryConfig;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A named group of interchangeable endpoints.
 *
 * @param name unique among clusters; what a route's {@code cluster} names; required
 * @param endpoints 1 to 1 000 addresses, {@code host:port} or with their part of the traffic; their order carries no meaning; required
 * @param upstream how to talk to each endpoint, all with defaults
 * @param zone where this gateway stands; endpoints with the same zone come before others of their priority; absent by default
 * @param panicThreshold 0 to 100, default 50; when fewer percent of the endpoints of a priority can be used and no other takes over,
 *     all of them are used
 * @param balancer which endpoint gets the next attempt, all with defaults
 * @param failure what counts as a failure of an endpoint, all with defaults
 * @param outlier when live traffic ejects an endpoint, all with defaults
 * @param healthCheck how endpoints are asked whether they are well; absent means that they are not
 * @param breaker when nothing is sent for a while; absent means never
 * @param retry when another attempt is made, all with defaults
 * @param bulkhead how many exchanges there may be at a time; absent means any number
 * @param discovery who tells the endpoints, in place of {@code endpoints}; absent means those of {@code endpoints}
 * @param fallback what callers get instead when nothing can be sent; absent means a refusal
 * @param drained at most 1 000 addresses of endpoints, {@code host:port}, that get no new exchanges while those in flight finish, whatever
 *     else is known of them; each is one of {@code endpoints}, or may be discovered; default none
 */
public record ClusterConfig(
        String name,
        List<EndpointConfig> endpoints,
        UpstreamConfig upstream,
        Optional<String> zone,
        int panicThreshold,
        BalancerConfig balancer,
        FailureConfig failure,
        OutlierConfig outlier,
        Optional<HealthCheckConfig> healthCheck,
        Optional<BreakerConfig> breaker,
        RetryConfig retry,
        Optional<BulkheadConfig> bulkhead,
        Optional<DiscoveryConfig> discovery,
        Optional<FallbackConfig> fallback,
        List<String> drained) {
    private static final int MOST_ENDPOINTS = 1_000;

    public ClusterConfig {
        endpoints = List.copyOf(endpoints);
        drained = List.copyOf(drained);
        Check check = new Check()
                .name("name", name)
                .that("endpoints", discovery.isPresent() || !endpoints.isEmpty(), "", "is empty, expected one or more")
                .that(
                        "endpoints",
                        discovery.isEmpty() || endpoints.isEmpty(),
                        "",
                        "is given beside discovery, expected one of them")
                .that(
                        "endpoints",
                        endpoints.size() <= MOST_ENDPOINTS,
                        endpoints.size(),
                        "are more than " + MOST_ENDPOINTS)
                .range("panic-threshold", panicThreshold, 0, 100);
        zone.ifPresent(text -> check.name("zone", text));
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < endpoints.size(); i++) {
            String endpoint = endpoints.get(i).address();
            check.that(
                    "endpoints[" + i + "]",
                    seen.add(endpoint),
                    Check.quoted(endpoint),
                    "is given twice, expected once");
        }
        drained(check, drained, seen, discovery.isPresent());
        check.done();
    }

    private static void drained(Check check, List<String> drained, Set<String> endpoints, boolean discovered) {
        check.that("drained", drained.size() <= MOST_ENDPOINTS, drained.size(), "are more than " + MOST_ENDPOINTS);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < drained.size(); i++) {
            String address = drained.get(i);
            check.hostPort("drained[" + i + "]", address)
                    .that(
                            "drained[" + i + "]",
                            discovered || endpoints.contains(address),
                            Check.quoted(address),
                            "is none of endpoints, expected one of them")
                    .that(
                            "drained[" + i + "]",
                            seen.add(address),
                            Check.quoted(address),
                            "is given twice, expected once");
        }
    }

    /** Reads one of the {@code clusters}. */
    public static ClusterConfig from(ConfigNode node) {
        Optional<DiscoveryConfig> discovery = node.optionalChild("discovery", DiscoveryConfig::from);
        boolean discovered = node.has("discovery") && !node.has("endpoints");
        return new ClusterConfig(
                node.text("name"),
                discovered
                        ? List.of()
                        : node.requiredList(
                                "endpoints",
                                List.of(EndpointConfig.of("unknown:1")),
                                EndpointConfig::of,
                                EndpointConfig::from),
                node.child("upstream", UpstreamConfig::from),
                node.optionalText("zone"),
                node.integer("panic-threshold", 50),
                node.child("balancer", BalancerConfig::from),
                node.child("failure", FailureConfig::from),
                node.child("outlier", OutlierConfig::from),
                node.optionalChild("health-check", HealthCheckConfig::from),
                node.optionalChild("breaker", BreakerConfig::from),
                node.child("retry", RetryConfig::from),
                node.optionalChild("bulkhead", BulkheadConfig::from),
                discovered ? Optional.of(discovery.orElse(DiscoveryConfig.STAND_IN)) : discovery,
                node.optionalChild("fallback", FallbackConfig::from),
                node.parsedList("drained", List.of(), Function.identity()));
    }
}
