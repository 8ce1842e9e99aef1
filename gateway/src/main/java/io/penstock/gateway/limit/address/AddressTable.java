// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit.address;

import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Networks, of which the one with the longest prefix is found that an address is in: one look into a hash table for each length that occurs.
 * What is over is passed by. Bounded; read by any number of threads without a lock, changed under one.
 */
final class AddressTable {
    private final int capacity;
    private final Clocks clocks;
    private final ConcurrentHashMap<Network, Entry> entries = new ConcurrentHashMap<>();
    /** How many there are of each length; guarded by this. */
    private final int[] counts = new int[Network.WHOLE + 1];
    /** Those that occur, the longest first. */
    private volatile int[] lengths = {};

    AddressTable(int capacity, Clocks clocks) {
        this.capacity = capacity;
        this.clocks = clocks;
    }

    /** Puts it in the place of what was said of the network before; false when there is no room. */
    synchronized boolean put(Entry entry) {
        boolean known = entries.containsKey(entry.network());
        if (!known && entries.size() >= capacity) {
            return false;
        }
        entries.put(entry.network(), entry);
        if (!known && counts[entry.network().length()]++ == 0) {
            lengths = occurring();
        }
        return true;
    }

    synchronized void remove(Network network) {
        if (entries.remove(network) != null && --counts[network.length()] == 0) {
            lengths = occurring();
        }
    }

    private int[] occurring() {
        return IntStream.rangeClosed(0, Network.WHOLE)
                .map(i -> Network.WHOLE - i)
                .filter(length -> counts[length] > 0)
                .toArray();
    }

    /** What is said of exactly this network, over or not; null when nothing is. */
    @Nullable
    Entry get(Network network) {
        return entries.get(network);
    }

    /** What counts for the address; null when it is in none. */
    @Nullable
    Entry match(Network address) {
        int shortest = address.ipv4() ? Network.CARRIER : 0;
        for (int length : lengths) {
            if (length < shortest) {
                return null;
            }
            Entry entry = entries.get(address.prefix(length));
            if (entry != null && !entry.until().over(clocks)) {
                return entry;
            }
        }
        return null;
    }

    /** Those that there are now, those that are over too. */
    Stream<Entry> entries() {
        return entries.values().stream();
    }

    int size() {
        return entries.size();
    }
}
