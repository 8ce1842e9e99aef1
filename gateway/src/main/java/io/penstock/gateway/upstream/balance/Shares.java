// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

/**
 * How the traffic of a cluster is spread over its levels: a level takes 1.4 times its usable share, at most everything, and the next one
 * the rest.
 */
public final class Shares {
    private static final int OVERPROVISION = 140;

    private Shares() {}

    /**
     * Percent for each level.
     *
     * @param usable how many endpoints of each level can be used
     * @param all how many it has, 1 or more
     * @return sums to 100, or to 0 when nothing can be used
     */
    public static int[] of(int[] usable, int[] all) {
        int[] shares = new int[all.length];
        int left = 100;
        for (int i = 0; i < all.length; i++) {
            shares[i] = Math.min(left, capacity(usable[i], all[i]));
            left -= shares[i];
        }
        int taken = 100 - left;
        if (taken == 0 || left == 0) {
            return shares;
        }
        int rest = 100;
        int last = 0;
        for (int i = 0; i < shares.length; i++) {
            last = shares[i] > 0 ? i : last;
            shares[i] = shares[i] * 100 / taken;
            rest -= shares[i];
        }
        shares[last] += rest;
        return shares;
    }

    /** Whether the levels together can take everything. */
    public static boolean enough(int[] usable, int[] all) {
        int sum = 0;
        for (int i = 0; i < all.length; i++) {
            sum += capacity(usable[i], all[i]);
        }
        return sum >= 100;
    }

    private static int capacity(int usable, int all) {
        return Math.min(100, OVERPROVISION * usable / all);
    }
}
