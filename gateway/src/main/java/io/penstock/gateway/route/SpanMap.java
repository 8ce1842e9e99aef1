// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Values by texts, found by a part of a longer text without cutting it out. Immutable.
 *
 * <p>The hash runs from the last char to the first, so that one pass over a host has the hash of each of its suffixes. Only the
 * configuration puts keys in: a request can meet a long run of slots, never make one.
 */
final class SpanMap<V> {
    private final @Nullable String[] keys;
    private final @Nullable Object[] values;
    private final int mask;
    private final int size;

    SpanMap(Map<String, V> entries) {
        int slots = slots(entries.size());
        keys = new String[slots];
        values = new Object[slots];
        mask = slots - 1;
        size = entries.size();
        entries.forEach((key, value) -> {
            int slot = slotOf(key);
            keys[slot] = key;
            values[slot] = value;
        });
    }

    private SpanMap(SpanMap<V> from, String key, V value) {
        keys = from.keys.clone();
        values = from.values.clone();
        mask = from.mask;
        int slot = slotOf(key);
        size = keys[slot] == null ? from.size + 1 : from.size;
        keys[slot] = key;
        values[slot] = value;
    }

    private static int slots(int size) {
        return Integer.highestOneBit(Math.max(1, size * 2 - 1)) << 1;
    }

    /** Where the key is, or may be put. */
    private int slotOf(String key) {
        int slot = slot(hash(key, 0, key.length()));
        while (keys[slot] != null && !key.equals(keys[slot])) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    /** A copy with another value; null removes the key. */
    SpanMap<V> with(String key, @Nullable V value) {
        boolean known = keys[slotOf(key)] != null;
        if (value != null && (known || slots(size + 1) == mask + 1)) {
            return new SpanMap<>(this, key, value);
        }
        Map<String, V> all = HashMap.newHashMap(size + 1);
        for (String each : keys) {
            V there = each == null ? null : get(each, 0, each.length());
            if (each != null && there != null) {
                all.put(each, there);
            }
        }
        if (value == null) {
            all.remove(key);
        } else {
            all.put(key, value);
        }
        return new SpanMap<>(all);
    }

    /** Shows every value, in any order. */
    @SuppressWarnings("unchecked") // only values of V are put in
    void forEach(Consumer<V> action) {
        for (Object value : values) {
            if (value != null) {
                action.accept((V) value);
            }
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The hash of a part of a text, as {@link #get} takes it. */
    static int hash(String text, int from, int to) {
        int hash = 0;
        for (int i = to - 1; i >= from; i--) {
            hash = step(hash, text.charAt(i));
        }
        return hash;
    }

    /** The hash of a text that has one more char in front. */
    static int step(int hash, char c) {
        return 31 * hash + c;
    }

    @Nullable
    V get(String text, int from, int to) {
        return get(text, from, to, hash(text, from, to));
    }

    @SuppressWarnings("unchecked") // only values of V are put in
    @Nullable
    V get(String text, int from, int to, int hash) {
        int length = to - from;
        for (int slot = slot(hash); ; slot = (slot + 1) & mask) {
            String key = keys[slot];
            if (key == null) {
                return null;
            }
            if (key.length() == length && text.startsWith(key, from)) {
                return (V) values[slot];
            }
        }
    }

    private int slot(int hash) {
        return (((hash ^ (hash >>> 15)) * 0x9e3779b9) >>> 7) & mask;
    }
}
