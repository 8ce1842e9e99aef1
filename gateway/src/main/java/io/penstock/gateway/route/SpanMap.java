// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import java.util.Map;
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

    SpanMap(Map<String, V> entries) {
        int size = Integer.highestOneBit(Math.max(1, entries.size() * 2 - 1)) << 1;
        keys = new String[size];
        values = new Object[size];
        mask = size - 1;
        entries.forEach((key, value) -> {
            int slot = slot(hash(key, 0, key.length()));
            while (keys[slot] != null) {
                slot = (slot + 1) & mask;
            }
            keys[slot] = key;
            values[slot] = value;
        });
    }

    boolean isEmpty() {
        return mask == 1 && keys[0] == null && keys[1] == null;
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
