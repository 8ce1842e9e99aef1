// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit;

import java.util.List;
import java.util.Optional;

/**
 * What a filter's limits did so far.
 *
 * @param filter its name
 * @param rules one for each layer
 * @param store in which nodes count together; absent when each counts for itself
 * @param unavailable what becomes of requests while the store has no answer
 * @param without how often something was decided without the store
 * @param problem why the store has no answer now; absent while it has
 */
public record LimitReport(
        String filter,
        List<Rule> rules,
        Optional<String> store,
        String unavailable,
        long without,
        Optional<String> problem) {

    /**
     * One limit.
     *
     * @param name the filter's, with the layer's after a slash where that has one
     * @param limit the rate, in words
     * @param hits requests that were too many
     * @param busiest keys of the last ten minutes, a hundred at most, those with most hits first
     */
    public record Rule(String name, String limit, long hits, List<Busy> busiest) {}

    /**
     * A key that was refused.
     *
     * @param key the rule and what its requests have in common
     * @param hits requests that were too many
     */
    public record Busy(String key, long hits) {}
}
