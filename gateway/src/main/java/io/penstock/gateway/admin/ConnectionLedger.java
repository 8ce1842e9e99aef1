// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import java.util.List;

/**
 * The births, uses and deaths of the connections to one peer.
 *
 * @param kind {@code upstream} or {@code redis}
 * @param name the cluster, lookup or store that they belong to
 * @param target {@code host:port}, or {@code former} for the sum of those that are not used any more
 * @param opened connections opened since the start
 * @param reused how often a connection that had carried something before was used again
 * @param open connections open now
 * @param streams streams, or borrowed connections, now
 * @param closed how many were closed, by whom and why
 */
public record ConnectionLedger(
        String kind,
        String name,
        String target,
        long opened,
        long reused,
        long open,
        long streams,
        List<Closed> closed) {

    public ConnectionLedger {
        closed = List.copyOf(closed);
    }

    /**
     * Closed connections of one reason.
     *
     * @param by {@code gateway}, {@code upstream} or {@code store}
     * @param why stable, kebab-case
     */
    public record Closed(String by, String why, long count) {}
}
