// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.cluster;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.Optional;

/**
 * One address of a cluster, and its part of the traffic. A text alone is the address, with the defaults of the rest.
 *
 * @param address {@code host:port}; required
 * @param hostname what SNI says and the certificate must be for unless {@code tls.server-name} names another, and what health checks
 *     ask for; absent is the host of the address
 * @param weight 1 to 1 000, default 1; its share beside the other weights of its priority
 * @param backup whether it comes after all priorities, and takes what the others cannot; default false
 * @param priority 0 to 9, default 0; a lower one is used first, and what it cannot take goes to the next
 * @param zone where it stands; endpoints of the cluster's own zone come before others of their priority; absent by default
 */
public record EndpointConfig(
        String address, Optional<String> hostname, int weight, boolean backup, int priority, Optional<String> zone) {

    public EndpointConfig {
        Check check = new Check()
                .hostPort("address", address)
                .range("weight", weight, 1, 1_000)
                .range("priority", priority, 0, 9);
        hostname.ifPresent(name -> check.host("hostname", name));
        zone.ifPresent(text -> check.name("zone", text));
        check.done();
    }

    /**
     * An endpoint that differs from the others in its address alone.
     *
     * @throws ConfigException when it is not {@code host:port}
     */
    public static EndpointConfig of(String address) {
        return new EndpointConfig(address, Optional.empty(), 1, false, 0, Optional.empty());
    }

    static EndpointConfig from(ConfigNode node) {
        return new EndpointConfig(
                node.requiredText("address", "unknown:1"),
                node.optionalText("hostname"),
                node.integer("weight", 1),
                node.flag("backup", false),
                node.integer("priority", 0),
                node.optionalText("zone"));
    }
}
