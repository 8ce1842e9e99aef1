// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.route;

import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a route does with its requests: forward them, redirect their callers, or answer by itself. */
public sealed interface ActionConfig permits TargetConfig, RedirectConfig, AnswerConfig {
    /** The keys of a route, of which it has exactly one. */
    List<String> KEYS = List.of("cluster", "clusters", "lookup", "redirect", "answer");

    /** Reads the one key of the route that says what to do. */
    static ActionConfig from(ConfigNode node) {
        List<String> given = new ArrayList<>(KEYS);
        given.removeIf(key -> !node.has(key));
        if (given.size() > 1) {
            node.problem(given.get(1), "is given beside " + given.getFirst() + ", expected exactly one of them");
        } else if (given.isEmpty()) {
            node.problem(
                    "cluster", "is missing, expected exactly one of cluster, clusters, lookup, redirect and answer");
        }
        List<WeightConfig> clusters = node.list("clusters", WeightConfig::from);
        if (node.has("clusters") && clusters.isEmpty()) {
            node.report(
                    new ConfigException(List.of(new Problem("clusters", "", "is empty, expected one or more", ""))));
        }
        // each is read, so that each is known, also where two are given
        Optional<ActionConfig> cluster = node.optionalText("cluster").map(TargetConfig.ClusterTarget::new);
        Optional<ActionConfig> lookup = node.optionalText("lookup").map(TargetConfig.LookupTarget::new);
        Optional<RedirectConfig> redirect = node.optionalChild("redirect", RedirectConfig::from);
        Optional<AnswerConfig> answer = node.optionalChild("answer", AnswerConfig::from);
        return cluster.or(() ->
                        clusters.isEmpty() ? Optional.empty() : Optional.of(new TargetConfig.SplitTarget(clusters)))
                .or(() -> lookup)
                .or(() -> redirect)
                .or(() -> answer)
                .orElseGet(() -> standIn(node));
    }

    /** Names no cluster unless the file should have, so that no other problem follows from the one that is known. */
    private static ActionConfig standIn(ConfigNode node) {
        return node.has("clusters") || node.has("redirect") || node.has("answer")
                ? new AnswerConfig(200, Map.of(), "", Optional.empty())
                : new TargetConfig.ClusterTarget("unknown");
    }
}
