// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.route;

import io.penstock.gateway.config.read.Check;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Where a route sends its requests: {@code cluster: NAME}, {@code clusters} with weights, or {@code lookup: NAME}. */
public sealed interface TargetConfig extends ActionConfig {

    /** The endpoints of the cluster of this name. */
    record ClusterTarget(String name) implements TargetConfig {}

    /** One of several clusters, in proportion to their weights, one of which is more than 0. */
    record SplitTarget(List<WeightConfig> clusters) implements TargetConfig {

        public SplitTarget {
            clusters = List.copyOf(clusters);
            Check check = new Check()
                    .notEmpty("clusters", clusters)
                    .that(
                            "clusters",
                            clusters.stream().anyMatch(one -> one.weight() > 0),
                            "",
                            "have no weight, expected one or more above 0");
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < clusters.size(); i++) {
                String name = clusters.get(i).cluster();
                check.that(
                        "clusters[" + i + "].cluster",
                        seen.add(name),
                        Check.quoted(name),
                        "is given twice, expected once");
            }
            check.done();
        }
    }

    /** What the lookup of this name finds. */
    record LookupTarget(String name) implements TargetConfig {}
}
