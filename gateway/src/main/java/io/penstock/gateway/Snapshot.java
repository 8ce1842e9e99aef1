// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.config.store.StoreConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.exchange.time.Deadlines;
import io.penstock.gateway.explain.Explainer;
import io.penstock.gateway.explain.Explanation;
import io.penstock.gateway.explain.Question;
import io.penstock.gateway.filter.ClientAddress;
import io.penstock.gateway.filter.Filter;
import io.penstock.gateway.filter.Filters;
import io.penstock.gateway.limit.LimitReport;
import io.penstock.gateway.limit.address.AddressList;
import io.penstock.gateway.lookup.Lookup;
import io.penstock.gateway.lookup.NameCache;
import io.penstock.gateway.route.RouteTable;
import io.penstock.gateway.store.EmbeddedStore;
import io.penstock.gateway.store.RedisStore;
import io.penstock.gateway.store.Store;
import io.penstock.gateway.upstream.Upstreams;
import io.penstock.gateway.upstream.call.ClusterAsker;
import io.penstock.gateway.upstream.cluster.Clusters;
import io.penstock.gateway.upstream.cluster.Time;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one configuration compiles to: the pipeline and the parts that it uses.
 *
 * <p>A part whose configuration did not change is the one of the snapshot before, with its cache and its connections. Everything else is
 * new, so that a snapshot that is given up takes only what is its own with it.
 */
final class Snapshot {

    /** What outlives every configuration. */
    record Shared(NameCache names, Upstreams upstreams, Deadlines deadlines, Time time, List<Filter> filters) {}

    /** What has to be closed when nobody needs it any more; without the routes, of which there may be many. */
    record Parts(Map<String, Store> stores, Map<String, Lookup> lookups, Clusters clusters, Filters filters) {

        /** Closes the parts that the others do not have; all of them when there are no others. */
        void closeUnless(@Nullable Parts other) {
            filters.closeUnless(other == null ? null : other.filters);
            clusters.closeUnless(other == null ? null : other.clusters);
            for (Lookup lookup : lookups.values()) {
                if (other == null || !other.lookups.containsValue(lookup)) {
                    lookup.close();
                }
            }
            for (Store store : stores.values()) {
                if (other == null || !other.stores.containsValue(store)) {
                    store.close();
                }
            }
        }
    }

    private final GatewayConfig config;
    private final Map<String, Store> stores = new LinkedHashMap<>();
    private final Map<String, Lookup> lookups = new LinkedHashMap<>();
    private final List<Store> newStores = new ArrayList<>();
    private final List<Lookup> newLookups = new ArrayList<>();
    private final Clusters clusters;
    private final ClientAddress clients;
    private final Filters filters;
    private final Routes routes;
    private final Explainer<Route> explainer;
    private final Pipeline pipeline;

    /** Builds the parts; opens nothing. */
    Snapshot(GatewayConfig config, @Nullable Snapshot before, Shared shared) {
        this.config = config;
        for (StoreConfig store : config.stores()) {
            stores.put(store.name(), store(store, before));
        }
        for (LookupConfig lookup : config.lookups()) {
            lookups.put(lookup.name(), lookup(lookup, before, shared.names()));
        }
        this.clusters = new Clusters(
                config.clusters(),
                shared.upstreams()::open,
                shared.names(),
                shared.time(),
                before == null ? null : before.clusters);
        this.clients = clients(config, before);
        Clusters askable = clusters; // a filter that is kept must not keep this snapshot
        Map<String, Store> usable = stores;
        this.filters = new Filters(
                config,
                clients,
                name -> new ClusterAsker(askable.cluster(name)),
                name -> Objects.requireNonNull(usable.get(name)),
                before == null ? null : before.filters);
        this.routes = new Routes(
                config,
                lookups,
                clusters,
                filters,
                shared.deadlines(),
                shared.filters(),
                before == null ? null : before.routes);
        RouteTable<Route> table = routes.table();
        this.explainer = new Explainer<>(config, filters, table, Route::way);
        this.pipeline = new Pipeline(clients, table, explainer, shared.upstreams(), shared.deadlines());
    }

    private static ClientAddress clients(GatewayConfig config, @Nullable Snapshot before) {
        return before != null && config.believesAs(before.config)
                ? before.clients
                : new ClientAddress(config.trusted(), config.trustedHops(), config.clientField());
    }

    private Store store(StoreConfig of, @Nullable Snapshot before) {
        Store old = before == null ? null : before.stores.get(of.name());
        if (before != null && old != null && before.config.stores().contains(of)) {
            return old;
        }
        Store made = of.redis()
                .<Store>map(redis -> new RedisStore(of.name(), redis))
                .orElseGet(() -> new EmbeddedStore(of.name(), of.embedded()));
        if (made instanceof EmbeddedStore embedded && old instanceof EmbeddedStore earlier) {
            embedded.inherit(earlier);
        }
        newStores.add(made);
        return made;
    }

    private Lookup lookup(LookupConfig of, @Nullable Snapshot before, NameCache names) {
        Store store = Objects.requireNonNull(stores.get(of.store()));
        Lookup old = before == null ? null : before.lookups.get(of.name());
        if (before != null
                && old != null
                && old.store() == store
                && before.config.lookups().contains(of)) {
            return old;
        }
        Lookup made = new Lookup(of, store, names, InstantSource.system());
        newLookups.add(made);
        return made;
    }

    /**
     * Starts the parts that are new.
     *
     * @throws IOException a store's file cannot be read
     */
    void start() throws IOException {
        for (Store store : newStores) {
            store.start();
        }
        clusters.start();
        filters.start();
    }

    Parts parts() {
        return new Parts(stores, lookups, clusters, filters);
    }

    /** The most request bytes that any upstream wants kept: a connection does not know yet where its exchanges go. */
    int replayBytes() {
        int most = 0;
        for (var cluster : config.clusters()) {
            most = Math.max(most, cluster.upstream().replayBytes());
        }
        for (var lookup : config.lookups()) {
            most = Math.max(most, lookup.upstream().replayBytes());
        }
        return most;
    }

    /** What its parts keep in memory. */
    List<MemoryUse> memory() {
        List<MemoryUse> uses = new ArrayList<>();
        lookups.values().forEach(lookup -> uses.add(lookup.memory()));
        stores.values().forEach(store -> uses.addAll(store.memory()));
        uses.addAll(filters.memory());
        return uses;
    }

    /** What the limits of its filters did so far. */
    List<LimitReport> limits() {
        return filters.limits();
    }

    /** What it would do with a request that nobody sent. */
    Explanation explain(Question question) {
        return explainer.explain(question, clients);
    }

    /** The address lists of its filters. */
    List<AddressList> addresses() {
        return filters.addresses();
    }

    /** Sends the exchange on its way, or refuses it. */
    void open(Exchange exchange) {
        pipeline.open(exchange);
    }

    GatewayConfig config() {
        return config;
    }

    Clusters clusters() {
        return clusters;
    }

    Map<String, Store> stores() {
        return stores;
    }

    Map<String, Lookup> lookups() {
        return lookups;
    }
}
