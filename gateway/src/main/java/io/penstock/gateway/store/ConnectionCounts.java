// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.util.EnumMap;
import java.util.Map;

/**
 * What happened so far to the connections to one peer of a store.
 *
 * @param peer {@code host:port}, or {@link #FORMER}
 * @param use {@code get}, {@code watch}, {@code decide} or {@code topology}
 * @param opened connections made, with their handshake and log-in done
 * @param failed attempts that did not get that far
 * @param open connections now
 * @param reused how often a connection served again instead of a new one
 * @param closed ended connections by who closed them and why
 */
public record ConnectionCounts(
        String peer, String use, long opened, long failed, long open, long reused, Map<Ending, Long> closed) {

    /** The peer of the sum of all those that the store does not ask any more. */
    public static final String FORMER = "former";

    public ConnectionCounts {
        closed = Map.copyOf(closed);
    }

    ConnectionCounts of(String name) {
        return new ConnectionCounts(name, use, opened, failed, open, reused, closed);
    }

    /** This one, with what the other one counted added. */
    ConnectionCounts plus(ConnectionCounts other) {
        Map<Ending, Long> endings = new EnumMap<>(Ending.class);
        endings.putAll(closed);
        other.closed.forEach((ending, count) -> endings.merge(ending, count, Long::sum));
        return new ConnectionCounts(
                peer,
                use,
                opened + other.opened,
                failed + other.failed,
                open + other.open,
                reused + other.reused,
                endings);
    }

    /** Who closed a connection and why. */
    public enum Ending {
        /** The store closed or reset it. */
        PEER_CLOSED("store"),
        /** The gateway did, because no answer came in time. */
        TIMED_OUT("gateway"),
        /** The gateway did, because it was not needed for long. */
        IDLE("gateway"),
        /** The gateway did, because its store is configured with a connection for each question. */
        NOT_REUSED("gateway"),
        /** The gateway did, because the peer is not the one to ask any more, or its other connections broke. */
        REPLACED("gateway"),
        /** The gateway did, when it stopped. */
        SHUT_DOWN("gateway");

        private final String by;

        Ending(String by) {
            this.by = by;
        }

        /** {@code store} or {@code gateway}. */
        public String by() {
            return by;
        }
    }
}
