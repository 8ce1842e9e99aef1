// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.exchange.Peer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Who is behind an address, and what that allows. Immutable. */
final class Peers {
    private final ListenerConfig config;
    private final Supplier<List<Cidr>> trusted;

    /**
     * For one listener.
     *
     * @param trusted the networks whose callers are trusted now; another list when the configuration was replaced
     */
    Peers(ListenerConfig config, Supplier<List<Cidr>> trusted) {
        this.config = config;
        this.trusted = trusted;
    }

    /** The peer of this address, which is never looked up. */
    Peer of(SocketAddress from) {
        boolean secure = config.tls().isPresent();
        if (from instanceof InetSocketAddress address && address.getAddress() != null) {
            String literal = Address.text(address.getAddress());
            return new Peer(config.name(), literal, address.getPort(), secure, new Trust(trusted, address));
        }
        return new Peer(config.name(), "unknown", 0, secure, false);
    }

    /** Whether this address may, and so must, begin its connections with a PROXY header. */
    boolean mayProxy(SocketAddress from) {
        return from instanceof InetSocketAddress address && within(config.proxyProtocolFrom(), address);
    }

    /** Whether an address is trusted, worked out once for each list of networks. */
    private static final class Trust implements BooleanSupplier {
        private record Verdict(List<Cidr> networks, boolean trusted) {}

        private final Supplier<List<Cidr>> trusted;
        private final InetSocketAddress address;
        private volatile Verdict last = new Verdict(List.of(), false);

        Trust(Supplier<List<Cidr>> trusted, InetSocketAddress address) {
            this.trusted = trusted;
            this.address = address;
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // a list that was replaced is another one
        public boolean getAsBoolean() {
            List<Cidr> now = trusted.get();
            Verdict verdict = last;
            if (verdict.networks() != now) {
                verdict = new Verdict(now, within(now, address));
                last = verdict;
            }
            return verdict.trusted();
        }
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
