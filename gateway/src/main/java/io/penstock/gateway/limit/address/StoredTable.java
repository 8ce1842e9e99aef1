// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit.address;

import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.store.StoredSet;
import io.penstock.gateway.store.StoredSet.Member;
import org.jspecify.annotations.Nullable;

/**
 * The table of what a store has: made anew from all of it, or changed key by key. Several keys may spell one network in several ways; then it is
 * denied when one of them says so. Read by any thread, filled by one.
 */
final class StoredTable {
    private final StoredSet set;
    private final int capacity;
    private final Clocks clocks;
    private volatile AddressTable table;
    private volatile String ignored = "";
    /** Whether some network has several keys, or the table no room for all: then one key does not say what changes. */
    private boolean entangled;

    StoredTable(StoredSet set, int capacity, Clocks clocks) {
        this.set = set;
        this.capacity = capacity;
        this.clocks = clocks;
        this.table = new AddressTable(capacity, clocks);
    }

    AddressTable now() {
        return table;
    }

    /** What of the store is not in it, and why; empty when all of it is. */
    String ignored() {
        return ignored;
    }

    /**
     * Reads everything.
     *
     * @throws GatewayException STORE_UNAVAILABLE: it is as it was
     */
    void readAll() {
        AddressTable fresh = new AddressTable(capacity, clocks);
        boolean full = false;
        boolean spelled = false;
        String unread = "";
        for (Member member : set.members(capacity)) {
            try {
                Entry entry = StoredEntry.parse(member, clocks);
                Entry before = fresh.get(entry.network());
                full |= (before == null || entry.denied()) && !fresh.put(entry);
                spelled |= !canonical(member.name());
            } catch (ConfigException e) {
                unread = member.name() + ": " + e.getMessage();
            }
        }
        table = fresh;
        entangled = full || spelled;
        ignored = full ? "more than " + capacity + " networks" : unread;
    }

    /**
     * Reads one key again.
     *
     * @return false when everything has to be read for that
     * @throws GatewayException STORE_UNAVAILABLE
     */
    boolean read(String name) {
        Network network = network(name);
        if (network == null) {
            return true; // no network's name, so no network's key
        }
        if (entangled || !canonical(name)) {
            return false;
        }
        Member member = set.member(name);
        try {
            if (member != null) {
                return table.put(StoredEntry.parse(member, clocks));
            }
        } catch (ConfigException e) {
            ignored = name + ": " + e.getMessage();
        }
        table.remove(network);
        return true;
    }

    /** The network of this name; null when it is the name of none. */
    static @Nullable Network network(String name) {
        try {
            return Network.of(Cidr.parse(name));
        } catch (ConfigException e) {
            return null;
        }
    }

    private static boolean canonical(String name) {
        Network network = network(name);
        return network != null && network.toString().equals(name);
    }
}
