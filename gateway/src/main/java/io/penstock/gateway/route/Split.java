// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import java.util.List;

/**
 * Chooses among values in proportion to their weights. The same request id always gets the same value; ids that the gateway made are
 * random, so their shares are those of the weights. Immutable.
 */
public final class Split<T> {
    private final List<T> values;
    /** The sum of the weights up to and with each value. */
    private final long[] bounds;

    /**
     * Takes the values.
     *
     * @param weights one for each value, 0 or more, not all 0
     */
    public Split(List<T> values, List<Integer> weights) {
        this.values = List.copyOf(values);
        bounds = new long[weights.size()];
        long sum = 0;
        for (int i = 0; i < bounds.length; i++) {
            sum += weights.get(i);
            bounds[i] = sum;
        }
    }

    /** Chooses one, by the weights; the same one for the same request. */
    public T choose(String requestId) {
        long at = Long.remainderUnsigned(mixed(requestId), bounds[bounds.length - 1]);
        int i = 0;
        while (at >= bounds[i]) {
            i++;
        }
        return values.get(i);
    }

    /** FNV-1a, then the finaliser of SplitMix64: ids that differ in one digit are far apart. */
    private static long mixed(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return hash ^ (hash >>> 31);
    }
}
