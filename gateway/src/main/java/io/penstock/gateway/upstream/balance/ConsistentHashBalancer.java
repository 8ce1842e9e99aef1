// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

import java.util.Arrays;

/**
 * Equal keys to the same endpoint: the next one on a ring on which each endpoint stands many times, as often as its weight says. One that
 * has its bound of attempts in flight is passed over, so that a popular key does not overload its endpoint.
 *
 * @see <a href="https://arxiv.org/abs/1608.01350">Consistent Hashing with Bounded Loads</a>
 */
final class ConsistentHashBalancer implements Balancer {
    private static final int POINTS = 160;
    private static final int PLACE_BITS = 12;
    private static final long PLACE = (1L << PLACE_BITS) - 1;

    private final Load[] loads;
    private final double[] shares;
    private final double bound;
    /** Sorted: the hash in the upper bits, the place in the lower ones. */
    private final long[] ring;

    /**
     * Builds the ring.
     *
     * @param bound above 1; how much of its fair share of what is in flight an endpoint may have
     */
    ConsistentHashBalancer(long[] ids, Load[] loads, double[] shares, double bound) {
        if (ids.length > PLACE) {
            throw new IllegalArgumentException(ids.length + " endpoints do not fit a ring of " + PLACE);
        }
        this.loads = loads;
        this.shares = shares;
        this.bound = bound;
        this.ring = ring(ids, shares);
    }

    private static long[] ring(long[] ids, double[] shares) {
        int[] points = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            points[i] = (int) Math.max(1, Math.round(POINTS * shares[i]));
        }
        long[] ring = new long[Arrays.stream(points).sum()];
        int at = 0;
        for (int i = 0; i < ids.length; i++) {
            for (int point = 0; point < points[i]; point++) {
                ring[at++] = (Hashing.mixed(ids[i] + point * 0x9e3779b97f4a7c15L) & ~PLACE) | i;
            }
        }
        Arrays.sort(ring);
        return ring;
    }

    @Override
    public int pick(long key, Excluded excluded, long nowNanos) {
        int inFlight = 1;
        for (Load load : loads) {
            inFlight += load.active();
        }
        double each = bound * inFlight / loads.length;
        int found = Arrays.binarySearch(ring, Hashing.mixed(key) & ~PLACE);
        int start = found < 0 ? -found - 1 : found;
        int first = NONE;
        for (int i = 0; i < ring.length; i++) {
            int place = (int) (ring[(start + i) % ring.length] & PLACE);
            if (!excluded.has(place)) {
                if (loads[place].active() + 1 <= Math.ceil(each * shares[place])) {
                    return place;
                }
                first = first == NONE ? place : first;
            }
        }
        return first;
    }
}
