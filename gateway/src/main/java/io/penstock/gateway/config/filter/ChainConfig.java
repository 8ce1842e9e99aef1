// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.List;
import java.util.function.Function;

/**
 * Several filters under one name: whoever names it has them all, in this order.
 *
 * @param filters 1 to 32 names, none of another chain; required
 */
public record ChainConfig(List<String> filters) implements FilterConfig {
    private static final int MOST = 32;

    public ChainConfig {
        filters = List.copyOf(filters);
        new Check()
                .notEmpty("filters", filters)
                .that(
                        "filters",
                        filters.size() <= MOST,
                        filters.size() + " filters",
                        "are too many, expected at most " + MOST)
                .done();
    }

    static ChainConfig from(ConfigNode node) {
        return new ChainConfig(
                node.requiredList("filters", List.of("unknown"), Function.identity(), child -> "unknown"));
    }
}
