// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A named group of interchangeable endpoints.
 *
 * @param name unique among clusters; what a route's {@code cluster} names; required
 * @param endpoints one or more {@code host:port}; their order carries no meaning; required
 * @param upstream how to talk to each endpoint, all with defaults
 */
public record ClusterConfig(String name, List<String> endpoints, UpstreamConfig upstream) {

    public ClusterConfig {
        endpoints = List.copyOf(endpoints);
        Check check = new Check().name("name", name).notEmpty("endpoints", endpoints);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < endpoints.size(); i++) {
            String endpoint = endpoints.get(i);
            check.hostPort("endpoints[" + i + "]", endpoint)
                    .that(
                            "endpoints[" + i + "]",
                            seen.add(endpoint),
                            Check.quoted(endpoint),
                            "is given twice, expected once");
        }
        check.done();
    }

    static ClusterConfig from(ConfigNode node) {
        return new ClusterConfig(
                node.text("name"),
                node.requiredList("endpoints", List.of("unknown:1"), Function.identity()),
                node.child("upstream", UpstreamConfig::from));
    }
}
