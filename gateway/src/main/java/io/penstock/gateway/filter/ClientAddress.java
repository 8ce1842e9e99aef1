// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.ClientField;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds who the client is when proxies stand in between: what {@code x-forwarded-for} says, or {@code forwarded} where the configuration
 * names that, read from the right, as far as those who said it are trusted. Anybody can write the field, so anybody else's counts for
 * nothing. An identifier that is no address ({@code unknown}, {@code _hidden}) ends the reading. Immutable.
 *
 * <p>By networks: the first address from the right that is in none of them, or the leftmost. By hops: the entry that the outermost of so
 * many proxies has added, whatever their addresses.
 */
public final class ClientAddress {
    /** More than any chain of proxies; what stands to the left of them is not read. */
    private static final int MOST_ENTRIES = 64;

    private final List<Cidr> trusted;
    private final int hops;
    private final ClientField field;
    private final String name;

    /**
     * Takes what the configuration trusts.
     *
     * @param hops how many proxies stand before this one; absent goes by the networks
     * @param field what they write
     */
    public ClientAddress(List<Cidr> trusted, Optional<Integer> hops, ClientField field) {
        this.trusted = List.copyOf(trusted);
        this.hops = hops.orElse(0);
        this.field = field;
        this.name = field == ClientField.FORWARDED ? "forwarded" : "x-forwarded-for";
    }

    /** Whether the peer's forwarding fields count. */
    public boolean believes(Exchange exchange) {
        return hops > 0 || exchange.peer().trusted();
    }

    /** Sets {@link Exchange#client}, and {@link Exchange#distrust} when that one is in no trusted network. */
    public void find(Exchange exchange) {
        if (believes(exchange) && exchange.request().has(name)) {
            String client = hops > 0 ? byHops(exchange) : byNetworks(exchange);
            exchange.client(client);
            if (!client.equals(exchange.peer().address()) && !within(client)) {
                exchange.distrust();
            }
        }
    }

    private String byHops(Exchange exchange) {
        List<String> entries = fromTheRight(exchange.request());
        String entry = entries.isEmpty() ? "" : entries.get(Math.min(hops, entries.size()) - 1);
        return literal(entry).map(Address::text).orElse(exchange.peer().address());
    }

    private String byNetworks(Exchange exchange) {
        String client = exchange.peer().address();
        for (String entry : fromTheRight(exchange.request())) {
            Optional<InetAddress> address = literal(entry);
            if (address.isEmpty()) {
                return client;
            }
            client = Address.text(address.get());
            if (!within(client)) {
                return client;
            }
        }
        return client;
    }

    private boolean within(String client) {
        Optional<InetAddress> address = Address.literal(client);
        return address.isPresent() && trusted.stream().anyMatch(network -> network.contains(address.get()));
    }

    private List<String> fromTheRight(Head head) {
        List<String> entries = new ArrayList<>();
        for (int i = head.size() - 1; i >= 0 && entries.size() < MOST_ENTRIES; i--) {
            if (!head.at(i).name().equals(name)) {
                continue;
            }
            switch (field) {
                case X_FORWARDED_FOR -> addresses(head.at(i).value(), entries);
                case FORWARDED -> elements(head.at(i).value(), entries);
            }
        }
        return entries;
    }

    private static void addresses(String value, List<String> entries) {
        int end = value.length();
        while (end >= 0 && entries.size() < MOST_ENTRIES) {
            int comma = value.lastIndexOf(',', end - 1);
            entries.add(value.substring(comma + 1, end).strip());
            end = comma;
        }
    }

    private static void elements(String value, List<String> entries) {
        List<String> clients = ForwardedElements.clients(value);
        if (clients == null) {
            entries.add("");
            return;
        }
        for (int i = clients.size() - 1; i >= 0 && entries.size() < MOST_ENTRIES; i--) {
            entries.add(clients.get(i));
        }
    }

    /** Some proxies add the port, and put an IPv6 address in brackets. */
    private static Optional<InetAddress> literal(String entry) {
        String text = entry;
        if (text.startsWith("[")) {
            int bracket = text.indexOf(']');
            text = bracket < 0 ? text : text.substring(1, bracket);
        } else if (text.indexOf(':') == text.lastIndexOf(':') && text.indexOf(':') > 0) {
            text = text.substring(0, text.indexOf(':'));
        }
        return Address.literal(text);
    }
}
