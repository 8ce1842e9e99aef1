// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.Cidr;
import io.penstock.gateway.config.ListenerConfig;
import io.penstock.gateway.exchange.Peer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/** Who is behind an address, and what that allows. Immutable. */
final class Peers {
    private final ListenerConfig config;
    private final List<Cidr> trusted;

    /** For one listener; callers in the trusted networks are marked as such. */
    Peers(ListenerConfig config, List<Cidr> trusted) {
        this.config = config;
        this.trusted = List.copyOf(trusted);
    }

    /** The peer of this address, which is never looked up. */
    Peer of(SocketAddress from) {
        boolean secure = config.tls().isPresent();
        if (from instanceof InetSocketAddress address && address.getAddress() != null) {
            String literal = address.getAddress().getHostAddress();
            return new Peer(config.name(), literal, address.getPort(), secure, within(trusted, address));
        }
        return new Peer(config.name(), "unknown", 0, secure, false);
    }

    /** Whether this address may, and so must, begin its connections with a PROXY header. */
    boolean mayProxy(SocketAddress from) {
        return from instanceof InetSocketAddress address && within(config.proxyProtocolFrom(), address);
    }

    private static boolean within(List<Cidr> networks, InetSocketAddress address) {
        for (Cidr network : networks) {
            if (network.contains(address.getAddress())) {
                return true;
            }
        }
        return false;
    }
}
