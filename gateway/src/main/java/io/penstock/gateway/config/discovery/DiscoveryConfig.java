// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.discovery;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Who tells the endpoints of a cluster: exactly one of the two.
 *
 * @param dns records of a name
 * @param consul instances of a service
 */
public record DiscoveryConfig(Optional<DnsDiscoveryConfig> dns, Optional<ConsulDiscoveryConfig> consul) {

    /** What a cluster has in place of one that cannot be read. */
    public static final DiscoveryConfig STAND_IN = new DiscoveryConfig(
            Optional.of(new DnsDiscoveryConfig(
                    "unknown",
                    DnsDiscoveryConfig.Records.ADDRESS,
                    Optional.of(1),
                    List.of(),
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(5))),
            Optional.empty());

    private static final String NEITHER = "is missing, expected dns or consul";
    private static final String BOTH = "is given beside dns, expected one of them";

    public DiscoveryConfig {
        new Check()
                .that("dns", dns.isPresent() || consul.isPresent(), "", NEITHER)
                .that("consul", dns.isEmpty() || consul.isEmpty(), "", BOTH)
                .done();
    }

    /** Reads a {@code discovery} chapter. */
    public static DiscoveryConfig from(ConfigNode node) {
        var dns = node.optionalChild("dns", DnsDiscoveryConfig::from);
        var consul = node.optionalChild("consul", ConsulDiscoveryConfig::from);
        if (dns.isPresent() && consul.isPresent()) {
            node.problem("consul", BOTH);
            return new DiscoveryConfig(dns, Optional.empty());
        }
        if (dns.isEmpty() && consul.isEmpty()) {
            node.problem("dns", NEITHER);
            return STAND_IN;
        }
        return new DiscoveryConfig(dns, consul);
    }
}
