// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import io.penstock.gateway.config.lookup.AllowConfig;
import io.penstock.gateway.config.lookup.PortRange;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Cidr;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which addresses and ports targets may have; what no network and range names is refused. Immutable.
 *
 * <p>Always asked with the resolved address: a name or an IPv4 address written as an IPv6 one changes nothing.
 */
final class AllowList {
    private final List<Cidr> networks;
    private final List<PortRange> ports;

    AllowList(AllowConfig config) {
        this.networks = List.copyOf(config.networks());
        this.ports = List.copyOf(config.ports());
    }

    /** Why this target is refused, or null when it is allowed. */
    @Nullable
    String refusal(InetAddress address, int port) {
        if (ports.stream().noneMatch(range -> range.contains(port))) {
            return "port " + port + " is in no allowed range";
        }
        if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
            return Address.text(address) + " is no address of one machine";
        }
        if (networks.stream().noneMatch(network -> network.contains(address))) {
            return Address.text(address) + " is in no allowed network";
        }
        return null;
    }
}
