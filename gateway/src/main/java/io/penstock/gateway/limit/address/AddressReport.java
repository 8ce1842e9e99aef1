// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit.address;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What an address list did so far, and whom it denies now.
 *
 * @param filter its name
 * @param enforced whether requests are refused, and not only counted
 * @param denied requests that were denied, by who says so: {@code file}, {@code store}, {@code automatic}, {@code otherwise}
 * @param blocks how often an address was blocked for what it did
 * @param networks how many are listed, by who lists them
 * @param store that has networks, too; absent where none has
 * @param without requests that were decided while the store's networks may have been old ones
 * @param problem why the store has no answer now; absent while it has
 * @param ignored what of the store does not count, and why; empty when all does
 */
public record AddressReport(
        String filter,
        boolean enforced,
        Map<String, Long> denied,
        long blocks,
        Map<String, Long> networks,
        Optional<String> store,
        long without,
        Optional<String> problem,
        String ignored) {

    /**
     * A network that is listed or blocked.
     *
     * @param network as a file writes it
     * @param origin who says so
     * @param left how long still; absent for good
     * @param why empty when nobody gave a reason
     */
    public record Listed(String network, boolean denied, String origin, Optional<Duration> left, String why) {}

    /**
     * What is decided about an address.
     *
     * @param by what decides; of no network when nothing is said of the address
     * @param refusals that count towards a block now
     */
    public record Decision(Listed by, int refusals) {}
}
