// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.listener.Listener;
import io.penstock.gateway.lookup.Lookup;
import io.penstock.gateway.lookup.LookupCounts;
import io.penstock.gateway.store.ConnectionCounts;
import io.penstock.gateway.store.Store;
import io.penstock.gateway.upstream.Upstreams;
import io.penstock.gateway.upstream.cluster.ClusterReport;
import io.penstock.gateway.upstream.cluster.Clusters;
import io.penstock.gateway.upstream.pool.PoolReport;
import io.penstock.gateway.wire.TlsFailure;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Shows the numbers that the rooms keep as metrics. Labels are names from the configuration and causes, never addresses or keys. */
public final class Instruments {
    private static final List<String> BREAKER_STATES = List.of("closed", "half-open", "open");
    private static final List<String> ENDPOINT_STATES = List.of("healthy", "unhealthy", "ejected", "drained");

    private final Metrics metrics;

    public Instruments(Metrics metrics) {
        this.metrics = metrics;
    }

    /** Shows what listeners count. */
    public void listeners(Supplier<List<Listener>> listeners) {
        metrics.gauge(
                "gateway_listener_connections",
                "Downstream connections open now.",
                rows -> listeners
                        .get()
                        .forEach(listener -> rows.row(listener.openConnections(), "listener", listener.name())));
        metrics.gauge(
                "gateway_exchange_active",
                "Exchanges in flight.",
                rows -> listeners
                        .get()
                        .forEach(listener -> rows.row(listener.openStreams(), "listener", listener.name())));
        perListener(
                "gateway_listener_accepted_total", "Downstream connections accepted.", listeners, Listener::accepted);
        perListener(
                "gateway_listener_refused_total",
                "Downstream connections closed at once because too many were open.",
                listeners,
                Listener::refused);
        perListener(
                "gateway_listener_restarts_total",
                "Times the address had to be bound again.",
                listeners,
                Listener::restarts);
        metrics.counter("gateway_listener_protocol_total", "Downstream connections, by what they speak.", rows -> {
            for (Listener listener : listeners.get()) {
                rows.row(listener.http1(), "listener", listener.name(), "protocol", "http1");
                rows.row(listener.http2(), "listener", listener.name(), "protocol", "http2");
            }
        });
        metrics.counter(
                "gateway_listener_tls_failed_total",
                "Handshakes with downstreams that failed, by who ended them and with which alert.",
                rows -> {
                    for (Listener listener : listeners.get()) {
                        tlsFailures(rows, listener.tlsFailures(), "listener", listener.name());
                    }
                });
        metrics.counter("gateway_listener_ended_total", "Downstream connections that ended, by why.", rows -> {
            for (Listener listener : listeners.get()) {
                for (DownstreamEnding ending : DownstreamEnding.values()) {
                    rows.row(listener.ended(ending), "listener", listener.name(), "cause", ending.slug());
                }
            }
        });
    }

    private static void tlsFailures(Metrics.Rows rows, Map<TlsFailure.Reason, Long> counts, String... labels) {
        counts.forEach((reason, count) -> {
            String[] all = Arrays.copyOf(labels, labels.length + 4);
            all[labels.length] = "by";
            all[labels.length + 1] = reason.peer() ? "peer" : "gateway";
            all[labels.length + 2] = "alert";
            all[labels.length + 3] = reason.alert();
            rows.row(count, all);
        });
    }

    private void perListener(
            String name, String help, Supplier<List<Listener>> listeners, ToLongFunction<Listener> value) {
        metrics.counter(
                name,
                help,
                rows -> listeners
                        .get()
                        .forEach(listener -> rows.row(value.applyAsLong(listener), "listener", listener.name())));
    }

    /** Shows how often a configuration was applied, and how often it could not be. */
    public void configuration(LongSupplier applied, LongSupplier rejected) {
        metrics.counter(
                "gateway_config_reloads_total",
                "Configurations read again while running, by what came of them.",
                rows -> {
                    rows.row(applied.getAsLong(), "result", "applied");
                    rows.row(rejected.getAsLong(), "result", "rejected");
                });
    }

    /** Shows what each bounded part keeps in memory. */
    public void memory(Supplier<List<MemoryUse>> uses) {
        memory("gateway_memory_used", "What a bounded part keeps, in its unit.", false, uses, MemoryUse::used);
        memory("gateway_memory_capacity", "How much it may keep.", false, uses, MemoryUse::capacity);
        memory("gateway_memory_evicted_total", "What it gave up for want of room.", true, uses, MemoryUse::evicted);
    }

    private void memory(
            String name,
            String help,
            boolean counter,
            Supplier<List<MemoryUse>> uses,
            ToLongFunction<MemoryUse> value) {
        Consumer<Metrics.Rows> rows = to -> uses.get()
                .forEach(use -> to.row(
                        value.applyAsLong(use),
                        "part",
                        use.part(),
                        "name",
                        use.name(),
                        "unit",
                        use.unit().name().toLowerCase(Locale.ROOT)));
        if (counter) {
            metrics.counter(name, help, rows);
        } else {
            metrics.gauge(name, help, rows);
        }
    }

    /** Shows the connections of pools. */
    public void upstreams(Upstreams upstreams) {
        perUser("gateway_upstream_opened_total", "Upstream connections opened.", upstreams, PoolReport::opened, true);
        perUser(
                "gateway_upstream_reused_total",
                "Streams that did not need a new connection.",
                upstreams,
                PoolReport::reused,
                true);
        perUser(
                "gateway_upstream_connect_failures_total",
                "Upstream connections that did not come about.",
                upstreams,
                PoolReport::connectFailures,
                true);
        metrics.counter(
                "gateway_upstream_tls_failed_total",
                "Handshakes with upstreams that failed, by who ended them and with which alert.",
                rows -> tlsFailures(rows, upstreams.tlsFailures()));
        perUser("gateway_upstream_connections", "Upstream connections open now.", upstreams, PoolReport::open, false);
        perUser("gateway_upstream_streams", "Upstream streams open now.", upstreams, PoolReport::activeStreams, false);
        perUser(
                "gateway_upstream_waiting",
                "Exchanges that wait for an upstream stream.",
                upstreams,
                PoolReport::waiting,
                false);
    }

    private void perUser(
            String name, String help, Upstreams upstreams, ToLongFunction<PoolReport> value, boolean counter) {
        Consumer<Metrics.Rows> rows = to -> {
            Map<String, Long> sums = new TreeMap<>();
            upstreams.report().forEach(pool -> sums.merge(pool.user(), value.applyAsLong(pool), Long::sum));
            sums.forEach((user, sum) -> to.row(sum, "cluster", user));
        };
        if (counter) {
            metrics.counter(name, help, rows);
        } else {
            metrics.gauge(name, help, rows);
        }
    }

    /** Shows what clusters and their endpoints count. */
    public void clusters(Supplier<Clusters> clusters) {
        metrics.gauge("gateway_cluster_active", "Exchanges at a cluster now.", each(clusters, ClusterReport::active));
        metrics.gauge(
                "gateway_cluster_waiting",
                "Exchanges that wait for a place in the bulkhead.",
                each(clusters, ClusterReport::waiting));
        metrics.gauge("gateway_cluster_retrying", "Retries under way.", each(clusters, ClusterReport::retrying));
        metrics.gauge(
                "gateway_cluster_breaker_state",
                "The cluster's circuit breaker: 0 closed or none, 1 half-open, 2 open.",
                each(clusters, report -> Math.max(0, BREAKER_STATES.indexOf(report.breaker()))));
        metrics.gauge("gateway_cluster_endpoints", "Endpoints by state.", rows -> {
            for (ClusterReport report : clusters.get().reports()) {
                for (String state : ENDPOINT_STATES) {
                    long count = report.endpoints().stream()
                            .filter(endpoint -> endpoint.state().equals(state))
                            .count();
                    rows.row(count, "cluster", report.name(), "state", state);
                }
            }
        });
        perCluster("retries", "Attempts after the first.", clusters, ClusterReport::retries);
        perCluster("retries_refused", "Retries beyond the budget.", clusters, ClusterReport::budgetRefused);
        perCluster("hedges", "Attempts made beside another.", clusters, ClusterReport::hedges);
        perCluster(
                "hedges_won",
                "Attempts made beside another that had the response.",
                clusters,
                ClusterReport::hedgesWon);
        perCluster(
                "hedge_cancelled",
                "Attempts ended because the one beside them had the response.",
                clusters,
                ClusterReport::hedgeCancelled);
        perCluster("breaker_opened", "Times a circuit breaker opened.", clusters, ClusterReport::opened);
        perCluster("breaker_refused", "Attempts that an open breaker refused.", clusters, ClusterReport::refused);
        perCluster("bulkhead_refused", "Exchanges without a place.", clusters, ClusterReport::turnedAway);
        perCluster("ejections", "Endpoints ejected by live traffic.", clusters, ClusterReport::ejections);
        perCluster("fallbacks", "Exchanges that got the fallback.", clusters, ClusterReport::fallbacks);
    }

    private void perCluster(
            String what, String help, Supplier<Clusters> clusters, ToLongFunction<ClusterReport> value) {
        metrics.counter("gateway_cluster_" + what + "_total", help, each(clusters, value));
    }

    private static Consumer<Metrics.Rows> each(Supplier<Clusters> clusters, ToLongFunction<ClusterReport> value) {
        return rows -> clusters.get()
                .reports()
                .forEach(report -> rows.row(value.applyAsLong(report), "cluster", report.name()));
    }

    /** Shows what look-ups count. */
    public void lookups(Supplier<Collection<Lookup>> lookups) {
        metrics.gauge(
                "gateway_lookup_entries",
                "Cached answers of a lookup.",
                rows -> lookups.get().forEach(lookup -> rows.row(lookup.size(), "lookup", lookup.name())));
        perLookup("hits", "Requests answered from the cache.", lookups, LookupCounts::hits);
        perLookup("loads", "Questions to the store that a request waited for.", lookups, LookupCounts::loads);
        perLookup("joined", "Requests that waited for another's question.", lookups, LookupCounts::joined);
        perLookup("refreshes", "Questions to the store in the background.", lookups, LookupCounts::refreshes);
        perLookup("stale", "Requests served a stale answer.", lookups, LookupCounts::stale);
        perLookup("failures", "Questions that the store did not answer.", lookups, LookupCounts::failures);
        perLookup("invalidations", "Keys that the store said have changed.", lookups, LookupCounts::invalidations);
        perLookup("invalidated_all", "Times every entry became doubtful.", lookups, LookupCounts::invalidatedAll);
    }

    private void perLookup(
            String what, String help, Supplier<Collection<Lookup>> lookups, ToLongFunction<LookupCounts> value) {
        metrics.counter(
                "gateway_lookup_" + what + "_total",
                help,
                rows -> lookups.get()
                        .forEach(lookup -> rows.row(value.applyAsLong(lookup.counts()), "lookup", lookup.name())));
    }

    /** Shows the state and the connections of stores. */
    public void stores(Supplier<Collection<Store>> stores) {
        metrics.gauge(
                "gateway_store_available",
                "Whether the store answers: 1 or 0.",
                rows -> stores.get().forEach(store -> rows.row(store.available() ? 1 : 0, "store", store.name())));
        perStore("opened", "Connections to the store opened.", stores, ConnectionCounts::opened);
        perStore(
                "connect_failures",
                "Connections to the store that did not come about.",
                stores,
                ConnectionCounts::failed);
        metrics.gauge(
                "gateway_store_connections",
                "Connections to the store open now.",
                rows -> stores.get()
                        .forEach(store -> rows.row(sum(store, ConnectionCounts::open), "store", store.name())));
    }

    private void perStore(
            String what, String help, Supplier<Collection<Store>> stores, ToLongFunction<ConnectionCounts> value) {
        metrics.counter(
                "gateway_store_" + what + "_total",
                help,
                rows -> stores.get().forEach(store -> rows.row(sum(store, value), "store", store.name())));
    }

    private static long sum(Store store, ToLongFunction<ConnectionCounts> value) {
        return store.connections().stream().mapToLong(value).sum();
    }
}
