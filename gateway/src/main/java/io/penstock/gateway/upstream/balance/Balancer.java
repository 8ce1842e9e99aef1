// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

/**
 * Picks one of a fixed list of endpoints, by place. Made anew when the list or a weight changes. Safe for any thread; a pick allocates
 * nothing and takes no lock.
 */
public interface Balancer {
    /** No endpoint is left. */
    int NONE = -1;

    /**
     * The place of the endpoint that gets the next attempt.
     *
     * @param key what belongs together, hashed; only {@code consistent-hash} looks at it
     * @param excluded places not to pick
     * @return {@link #NONE} when every place is excluded
     */
    int pick(long key, Excluded excluded, long nowNanos);
}
