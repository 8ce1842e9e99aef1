// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

import io.penstock.gateway.exchange.Field;

/**
 * Holds the dynamic table of one direction (RFC 7541 §2.3.2): first in, first out, bounded in bytes.
 *
 * <p>A ring with a slot for every entry that fits, so that neither adding nor evicting moves anything. An entry is named by its
 * age: 0 is the newest. Not safe for use by two threads at once.
 */
final class HpackTable {
    /** The size that both sides assume before any SETTINGS (RFC 9113 §6.5.2). */
    static final int INITIAL_BYTES = 4096;

    private static final int SMALLEST_ENTRY = 32;

    private Field[] ring;
    private int mask;
    private int added;
    private int count;
    private int bytes;
    private int capacity;

    HpackTable(int capacity) {
        this.capacity = capacity;
        this.ring = new Field[slotsFor(capacity)];
        this.mask = ring.length - 1;
    }

    int count() {
        return count;
    }

    int bytes() {
        return bytes;
    }

    int capacity() {
        return capacity;
    }

    /** How many entries the ring has room for: a power of two that only grows. */
    int slots() {
        return ring.length;
    }

    /** How many entries were ever added, as a number that may wrap: the newest entry's sequence number. */
    int added() {
        return added;
    }

    /** The entry of this age, 0 to {@link #count()} - 1. */
    Field at(int age) {
        return ring[(added - age) & mask];
    }

    boolean fits(Field field) {
        return field.bytes() <= capacity - bytes;
    }

    /** Adds the entry as the newest, evicting the oldest ones; one that is larger than the table empties it (RFC 7541 §4.4). */
    void add(Field field) {
        int size = field.bytes();
        evictTo(capacity - size);
        if (size > capacity) {
            return;
        }
        added++;
        count++;
        bytes += size;
        ring[added & mask] = field;
    }

    /** Changes the capacity, evicting what no longer fits (RFC 7541 §4.3). Keeps the ring when it shrinks: no garbage to provoke. */
    void resize(int newCapacity) {
        capacity = newCapacity;
        evictTo(newCapacity);
        int slots = slotsFor(newCapacity);
        if (slots > ring.length) {
            Field[] larger = new Field[slots];
            for (int age = 0; age < count; age++) {
                larger[(added - age) & (slots - 1)] = at(age);
            }
            ring = larger;
            mask = slots - 1;
        }
    }

    private void evictTo(int limit) {
        while (count > 0 && bytes > limit) {
            int oldest = (added - count + 1) & mask;
            bytes -= ring[oldest].bytes();
            ring[oldest] = null;
            count--;
        }
    }

    private static int slotsFor(int capacity) {
        int entries = Math.max(1, capacity / SMALLEST_ENTRY);
        return Integer.highestOneBit(entries * 2 - 1);
    }
}
