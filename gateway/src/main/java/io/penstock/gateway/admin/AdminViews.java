// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.penstock.gateway.admin.api.ConfigSource;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.explain.Explanation;
import io.penstock.gateway.explain.Question;
import io.penstock.gateway.limit.LimitReport;
import io.penstock.gateway.limit.address.AddressList;
import io.penstock.gateway.telemetry.Traffic;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Everything that the admin listener shows, each asked for when a request wants it, on a virtual thread of the admin listener.
 *
 * @param conditions what readiness looks at; must not wait
 * @param metrics the Prometheus text
 * @param connections one ledger for each upstream target and each store connection pool; must not wait
 * @param clusters one for each cluster; must not wait
 * @param memory what each bounded part keeps; must not wait
 * @param limits one for each filter with limits; must not wait
 * @param addresses one for each filter that lists some; must not wait
 * @param traffic what was counted of exchanges; must not wait
 * @param explain what the gateway would do with a request; throws {@link Question.Wrong}
 * @param lookups may wait for a store, for as long as the store's timeouts say
 * @param config what the file and documents say, and how documents are changed; may wait for their store
 */
public record AdminViews(
        Supplier<List<Condition>> conditions,
        MetricsText metrics,
        Supplier<List<ConnectionLedger>> connections,
        Supplier<List<ClusterView>> clusters,
        Supplier<List<MemoryUse>> memory,
        Supplier<List<LimitReport>> limits,
        Supplier<List<AddressList>> addresses,
        Supplier<Traffic> traffic,
        Function<Question, Explanation> explain,
        LookupsView lookups,
        ConfigSource config) {

    /** Whether the cluster has an endpoint of that address now. */
    boolean hasEndpoint(String cluster, String address) {
        return clusters.get().stream()
                .filter(one -> one.name().equals(cluster))
                .flatMap(one -> one.endpoints().stream())
                .anyMatch(endpoint -> endpoint.name().equals(address));
    }

    /** Writes the Prometheus text, version 0.0.4. */
    @FunctionalInterface
    public interface MetricsText {
        void write(OutputStream out) throws IOException;
    }
}
