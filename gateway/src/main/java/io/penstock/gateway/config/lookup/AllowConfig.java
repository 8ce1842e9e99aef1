// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.lookup;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where looked-up targets may point: an address in one of the networks and a port in one of the ranges.
 *
 * @param networks one or more, default loopback and private networks: {@code 127.0.0.0/8}, {@code ::1}, {@code 10.0.0.0/8},
 *     {@code 172.16.0.0/12}, {@code 192.168.0.0/16}, {@code fc00::/7}
 * @param ports one or more, default {@code 1-65535}
 */
public record AllowConfig(List<Cidr> networks, List<PortRange> ports) {

    public AllowConfig {
        networks = List.copyOf(networks);
        ports = List.copyOf(ports);
        new Check().notEmpty("networks", networks).notEmpty("ports", ports).done();
    }

    static AllowConfig from(ConfigNode node) {
        return new AllowConfig(
                node.parsedList("networks", closed(), Cidr::parse),
                node.parsedList("ports", List.of(new PortRange(1, 65_535)), PortRange::parse));
    }

    private static List<Cidr> closed() {
        return Stream.of("127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
                .map(Cidr::parse)
                .toList();
    }
}
