// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.dynamic;

import io.penstock.gateway.config.cluster.ClusterConfig;
import io.penstock.gateway.config.filter.NamedFilterConfig;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.route.RouteConfig;
import java.util.List;
import java.util.Optional;

/** Of what there are documents: the sections of the file whose entries have names and may change while the gateway runs. */
public enum DocumentKind {
    ROUTES("routes"),
    CLUSTERS("clusters"),
    FILTERS("filters"),
    LOOKUPS("lookups");

    private final String section;

    DocumentKind(String section) {
        this.section = section;
    }

    /** Its section of the file. */
    public String section() {
        return section;
    }

    Object read(ConfigNode node) {
        return switch (this) {
            case ROUTES -> node.read(RouteConfig::from);
            case CLUSTERS -> node.read(ClusterConfig::from);
            case FILTERS -> node.read(NamedFilterConfig::from);
            case LOOKUPS -> node.read(LookupConfig::from);
        };
    }

    /** The kind of this section. */
    public static Optional<DocumentKind> of(String section) {
        return List.of(values()).stream()
                .filter(kind -> kind.section.equals(section))
                .findFirst();
    }
}
