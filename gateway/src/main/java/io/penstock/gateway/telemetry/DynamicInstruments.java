// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import io.penstock.gateway.dynamic.Dynamic;

/** Shows how it stands with documents as metrics. */
public final class DynamicInstruments {
    private DynamicInstruments() {}

    /** Registers them. */
    public static void register(Metrics metrics, Dynamic dynamic) {
        metrics.gauge(
                "gateway_dynamic_revision",
                "How many changes the documents that are served have had.",
                rows -> rows.row(dynamic.revision().number()));
        metrics.gauge(
                "gateway_dynamic_documents",
                "Documents that are served.",
                rows -> rows.row(dynamic.documents().size()));
        metrics.gauge(
                "gateway_dynamic_store_lost",
                "Whether the store does not hold what it held: 1 or 0.",
                rows -> rows.row(dynamic.status().lost().isPresent() ? 1 : 0));
        metrics.gauge(
                "gateway_dynamic_store_available",
                "Whether the store answers: 1 or 0.",
                rows -> rows.row(dynamic.status().problem().isEmpty() ? 1 : 0));
        metrics.gauge(
                "gateway_dynamic_refused_documents",
                "Documents of the store that are not served, since they are wrong.",
                rows -> rows.row(dynamic.status().refused().size()));
        metrics.counter(
                "gateway_dynamic_changes_total",
                "Changes that were taken into use, by whether this node made them.",
                rows -> {
                    rows.row(dynamic.ownChanges(), "source", "own");
                    rows.row(dynamic.followedChanges(), "source", "followed");
                });
    }
}
