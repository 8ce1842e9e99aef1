// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.dynamic;

import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.cluster.ClusterConfig;
import io.penstock.gateway.config.filter.NamedFilterConfig;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.config.read.Environment;
import io.penstock.gateway.config.read.NodeText;
import io.penstock.gateway.config.read.Problems;
import io.penstock.gateway.config.read.YamlNode;
import io.penstock.gateway.config.read.YamlParser;
import io.penstock.gateway.config.route.RouteConfig;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What the file says about routes, clusters, filters and look-ups, as it is written there: {@code ${...}} stays as it is, so that nobody is
 * shown a value of the environment. Immutable.
 *
 * @param texts JSON by name
 */
public record FileEntries(NavigableMap<DocumentName, String> texts) {
    private static final int MOST_VALUES = 100_000;

    public FileEntries {
        texts = Collections.unmodifiableNavigableMap(new TreeMap<>(texts));
    }

    /** Of a configuration that came from no file: names alone. */
    public static FileEntries of(GatewayConfig config) {
        return of(config, Map.of());
    }

    /**
     * Of the file's own text.
     *
     * @param config what was read from it
     */
    public static FileEntries of(GatewayConfig config, String text) {
        Problems problems = new Problems("", new Environment(Map.of()));
        return YamlParser.raw(text, true, MOST_VALUES, problems)
                .map(root -> of(config, root instanceof YamlNode.Mapping mapping ? mapping.entries() : Map.of()))
                .orElseGet(() -> of(config));
    }

    private static FileEntries of(GatewayConfig config, Map<String, YamlNode> root) {
        NavigableMap<DocumentName, String> texts = new TreeMap<>();
        for (DocumentKind kind : DocumentKind.values()) {
            List<String> names = names(config, kind);
            List<YamlNode> items =
                    root.get(kind.section()) instanceof YamlNode.Sequence list ? list.items() : List.of();
            for (int i = 0; i < names.size(); i++) {
                YamlNode item = i < items.size()
                        ? items.get(i)
                        : DocumentText.keys(Map.of("name", DocumentText.text(names.get(i))));
                texts.put(new DocumentName(kind, names.get(i)), NodeText.json(item));
            }
        }
        return new FileEntries(texts);
    }

    /** In the order of the file; a name may come from the environment. */
    private static List<String> names(GatewayConfig config, DocumentKind kind) {
        return switch (kind) {
            case ROUTES -> config.routes().stream().map(RouteConfig::name).toList();
            case CLUSTERS -> config.clusters().stream().map(ClusterConfig::name).toList();
            case FILTERS ->
                config.filters().stream().map(NamedFilterConfig::name).toList();
            case LOOKUPS -> config.lookups().stream().map(LookupConfig::name).toList();
        };
    }
}
