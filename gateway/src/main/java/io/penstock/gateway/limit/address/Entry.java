// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit.address;

import java.util.Locale;

/**
 * What is said of a network.
 *
 * @param denied whether requests from it are refused
 * @param why in the words of who says so; empty when nobody gave any
 */
record Entry(Network network, boolean denied, Origin origin, Until until, String why) {

    /** Who says so. */
    enum Origin {
        /** The configuration. */
        FILE,
        /** A key of a store. */
        STORE,
        /** What came from there. */
        AUTOMATIC,
        /** The configuration says so of whatever nobody speaks of. */
        OTHERWISE;

        private final String word = name().toLowerCase(Locale.ROOT);

        String word() {
            return word;
        }
    }
}
