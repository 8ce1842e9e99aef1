// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Finds the few of many that may be alike, without an object for each: a configuration may have 10,000 routes, and is checked at every change.
 */
final class Alike {
    private Alike() {}

    /**
     * The places of all whose hash is another one's, too; ascending.
     *
     * @param hash the same for all that are alike
     */
    static <T> int[] of(List<T> all, ToIntFunction<T> hash) {
        long[] keys = new long[all.size()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = (long) hash.applyAsInt(all.get(i)) << 32 | i;
        }
        Arrays.sort(keys);
        int[] places = new int[keys.length];
        int found = 0;
        for (int i = 0; i < keys.length; i++) {
            if ((i > 0 && hash(keys[i - 1]) == hash(keys[i]))
                    || (i + 1 < keys.length && hash(keys[i + 1]) == hash(keys[i]))) {
                places[found++] = (int) keys[i];
            }
        }
        int[] alike = Arrays.copyOf(places, found);
        Arrays.sort(alike);
        return alike;
    }

    private static int hash(long key) {
        return (int) (key >> 32);
    }
}
