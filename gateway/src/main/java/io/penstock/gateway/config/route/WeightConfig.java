// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.route;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;

/**
 * One of the clusters between which a route's requests are split.
 *
 * @param cluster the name of a cluster; required
 * @param weight 0 to 1 000 000, default 1; its share is its part of the sum of all
 */
public record WeightConfig(String cluster, int weight) {

    public WeightConfig {
        new Check()
                .notBlank("cluster", cluster)
                .range("weight", weight, 0, 1_000_000)
                .done();
    }

    static WeightConfig from(ConfigNode node) {
        return new WeightConfig(node.text("cluster"), node.integer("weight", 1));
    }
}
