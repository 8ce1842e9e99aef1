// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.Pipeline.Destination;
import io.penstock.gateway.Pipeline.Route;
import io.penstock.gateway.admin.AdminServer;
import io.penstock.gateway.admin.AdminViews;
import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.LookupConfig;
import io.penstock.gateway.config.RouteConfig;
import io.penstock.gateway.config.StoreConfig;
import io.penstock.gateway.config.TargetConfig;
import io.penstock.gateway.exchange.Deadlines;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.filter.Filter;
import io.penstock.gateway.filter.ForwardedFilter;
import io.penstock.gateway.listener.Listener;
import io.penstock.gateway.lookup.FixedTargets;
import io.penstock.gateway.lookup.Lookup;
import io.penstock.gateway.lookup.NameCache;
import io.penstock.gateway.route.RouteTable;
import io.penstock.gateway.store.EmbeddedStore;
import io.penstock.gateway.store.RedisStore;
import io.penstock.gateway.store.Store;
import io.penstock.gateway.telemetry.AccessLog;
import io.penstock.gateway.telemetry.Metrics;
import io.penstock.gateway.upstream.Upstreams;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Builds the rooms from a configuration in the order in which a request meets them, and starts, drains and stops them.
 *
 * <p>The constructor only builds; {@link #start} opens sockets and files. A start that fails stops, in reverse order, whatever had
 * started.
 */
final class Gateway implements AutoCloseable {
    /** How long callers have to read why their exchange ended with the process. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final GatewayConfig config;

    private final List<Listener> listeners = new ArrayList<>();
    private final Map<String, Store> stores = new LinkedHashMap<>();
    private final Map<String, Lookup> lookups = new LinkedHashMap<>();
    private final Upstreams upstreams;
    private final Deadlines deadlines = new Deadlines();
    private final Upkeep upkeep;
    private final Metrics metrics = new Metrics();
    private final AccessLog accessLog;
    private final AdminServer admin;
    private volatile boolean serving;

    Gateway(GatewayConfig config) {
        this(config, exchange -> {}, List.of());
    }

    /**
     * Builds the rooms with something more that looks at exchanges.
     *
     * @param observer told of every exchange that has ended
     * @param filters run on every route, after those of the configuration
     */
    Gateway(GatewayConfig config, ExchangeObserver observer, List<Filter> filters) {
        this.config = config;
        Descriptors descriptors = Descriptors.ofProcess();
        NameCache names = NameCache.ofSystem(InstantSource.system());
        for (StoreConfig store : config.stores()) {
            stores.put(store.name(), store(store));
        }
        for (LookupConfig lookup : config.lookups()) {
            lookups.put(
                    lookup.name(),
                    new Lookup(
                            lookup, Objects.requireNonNull(stores.get(lookup.store())), names, InstantSource.system()));
        }
        upstreams = new Upstreams(descriptors.forUpstreams());
        accessLog = new AccessLog(config.accessLog());
        ExchangeObserver watch = exchange -> {
            metrics.ended(exchange);
            accessLog.ended(exchange);
            observer.ended(exchange);
        };
        Pipeline pipeline = new Pipeline(routes(names, filters), upstreams, deadlines);
        int replayBytes = replayBytes();
        for (var listener : config.listeners()) {
            listeners.add(new Listener(
                    listener,
                    Math.min(
                            listener.maxConnections(),
                            descriptors.forListeners() / config.listeners().size()),
                    config.trusted(),
                    pipeline,
                    watch,
                    replayBytes));
        }
        upkeep = new Upkeep(now -> {
            listeners.forEach(listener -> listener.upkeep(now));
            upstreams.upkeep(now);
        });
        admin = admin();
    }

    private static Store store(StoreConfig config) {
        return config.redis()
                .<Store>map(redis -> new RedisStore(config.name(), redis))
                .orElseGet(() -> new EmbeddedStore(config.name(), config.embedded()));
    }

    private AdminServer admin() {
        Instruments instruments = new Instruments(metrics);
        instruments.listeners(listeners);
        instruments.upstreams(upstreams);
        instruments.lookups(lookups.values());
        instruments.stores(stores.values());
        accessLog.register(metrics);
        Views views = new Views(lookups, stores.values(), upstreams, () -> serving);
        return new AdminServer(
                config.admin(), new AdminViews(views::conditions, metrics::write, views::connections, views));
    }

    private RouteTable<Route> routes(NameCache names, List<Filter> more) {
        List<Filter> filters = new ArrayList<>();
        filters.add(new ForwardedFilter());
        filters.addAll(more);
        RouteTable.Builder<Route> table = new RouteTable.Builder<>();
        for (RouteConfig route : config.routes()) {
            Route compiled = Route.of(route, List.copyOf(filters), destination(route.target(), names));
            table.add(route.host(), route.pathPrefix(), compiled);
        }
        return table.build();
    }

    private Destination destination(TargetConfig target, NameCache names) {
        return switch (target) {
            case TargetConfig.ClusterTarget to -> {
                var cluster = config.clusters().stream()
                        .filter(one -> one.name().equals(to.name()))
                        .findFirst()
                        .orElseThrow();
                yield new Destination.ToCluster(
                        cluster.name(), new FixedTargets(cluster.endpoints(), names), cluster.upstream());
            }
            case TargetConfig.LookupTarget to -> {
                var lookup = config.lookups().stream()
                        .filter(one -> one.name().equals(to.name()))
                        .findFirst()
                        .orElseThrow();
                yield new Destination.ToLookup(Objects.requireNonNull(lookups.get(to.name())), lookup.upstream());
            }
        };
    }

    /** The most that any upstream wants kept: a connection does not know yet where its exchanges go. */
    private int replayBytes() {
        int most = 0;
        for (var cluster : config.clusters()) {
            most = Math.max(most, cluster.upstream().replayBytes());
        }
        for (var lookup : config.lookups()) {
            most = Math.max(most, lookup.upstream().replayBytes());
        }
        return most;
    }

    /**
     * Opens stores and listeners.
     *
     * @throws IOException a store's file cannot be read
     */
    void start() throws IOException {
        try {
            for (Store store : stores.values()) {
                store.start();
            }
            accessLog.start();
            admin.start();
            upkeep.start();
            for (Listener listener : listeners) {
                listener.start();
            }
            serving = true;
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Says that it is not ready, for the notice that load balancers need to see it; then takes nothing new and waits until what is
     * in flight has ended, for the configured time at most. What remains then is ended, and its callers are told.
     */
    void drain() throws InterruptedException {
        serving = false;
        TimeUnit.NANOSECONDS.sleep(config.drain().notice().toNanos());
        listeners.forEach(Listener::drain);
        if (!closedWithin(config.drain().timeout())) {
            listeners.forEach(Listener::endExchanges);
            closedWithin(LAST_WORDS);
        }
        upstreams.drain();
    }

    private boolean closedWithin(Duration time) throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        while (listeners.stream().anyMatch(listener -> listener.openConnections() > 0)) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return true;
    }

    @Override
    public void close() {
        listeners.forEach(Listener::drain);
        listeners.forEach(Listener::abort);
        upstreams.abort();
        upkeep.close();
        deadlines.close();
        lookups.values().forEach(Lookup::close);
        stores.values().forEach(Store::close);
        accessLog.close();
        admin.close();
    }

    /** Opens the access log's file anew, so that a rotated one can be let go. Never blocks. */
    void reopenLogs() {
        accessLog.reopen();
    }

    /** The bound port of the admin listener. */
    int adminPort() {
        return admin.port();
    }

    List<Listener> listeners() {
        return List.copyOf(listeners);
    }

    Upstreams upstreams() {
        return upstreams;
    }
}
