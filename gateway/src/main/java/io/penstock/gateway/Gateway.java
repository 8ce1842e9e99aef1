// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.admin.AdminServer;
import io.penstock.gateway.admin.AdminViews;
import io.penstock.gateway.admin.Condition;
import io.penstock.gateway.admin.DynamicConditions;
import io.penstock.gateway.admin.Views;
import io.penstock.gateway.admin.api.ConfigSource;
import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.dynamic.DynamicConfig;
import io.penstock.gateway.config.dynamic.FileEntries;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.dynamic.Dynamic;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.exchange.time.Deadlines;
import io.penstock.gateway.filter.Filter;
import io.penstock.gateway.listener.ListenException;
import io.penstock.gateway.listener.Listener;
import io.penstock.gateway.listener.ListenerSettings;
import io.penstock.gateway.listener.Listeners;
import io.penstock.gateway.listener.WaitingBytes;
import io.penstock.gateway.lookup.NameCache;
import io.penstock.gateway.store.RedisStore;
import io.penstock.gateway.store.Store;
import io.penstock.gateway.store.document.Documents;
import io.penstock.gateway.telemetry.AccessLog;
import io.penstock.gateway.telemetry.DynamicInstruments;
import io.penstock.gateway.telemetry.Instruments;
import io.penstock.gateway.telemetry.LimitInstruments;
import io.penstock.gateway.telemetry.Metrics;
import io.penstock.gateway.upstream.Upstreams;
import io.penstock.gateway.upstream.cluster.Clusters;
import io.penstock.gateway.upstream.cluster.Time;
import io.penstock.gateway.wire.Change;
import io.penstock.gateway.wire.Descriptors;
import io.penstock.gateway.wire.EventLoops;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Holds the rooms together: starts them, applies a changed configuration to them, drains and stops them.
 *
 * <p>The constructor only builds; {@link #start} opens sockets and files. What follows from the configuration is one {@link Snapshot},
 * which {@link #apply} replaces as a whole. A start that fails stops, in reverse order, whatever had started.
 */
public final class Gateway implements AutoCloseable {
    /** How long callers have to read why their exchange ended with the process. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    /** How long the parts of a replaced snapshot live on: longer than any look-up that may still be under way in them. */
    private static final Duration AFTERLIFE = Duration.ofSeconds(30);

    private final Descriptors descriptors = Descriptors.ofProcess();
    private final Snapshot.Shared shared;
    private final Upstreams upstreams;
    private final Deadlines deadlines = new Deadlines();
    private final EventLoops loops;
    private final Upkeep upkeep;
    private final Metrics metrics = new Metrics();
    private final AccessLog accessLog;
    private final AdminServer admin;
    private final Listeners listeners;
    private final @Nullable Dynamic dynamic;
    private final AtomicLong applied = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();
    private volatile FileEntries entries;
    private volatile Snapshot snapshot;
    private volatile boolean serving;

    public Gateway(GatewayConfig config) {
        this(config, FileEntries.of(config));
    }

    /** Builds the rooms of a file that says this about its entries. */
    public Gateway(GatewayConfig config, FileEntries entries) {
        this(config, entries, exchange -> {}, List.of());
    }

    Gateway(GatewayConfig config, ExchangeObserver observer, List<Filter> filters) {
        this(config, FileEntries.of(config), observer, filters);
    }

    /**
     * Builds the rooms with something more that looks at exchanges.
     *
     * @param entries what the file says about its entries
     * @param observer told of every exchange that has ended
     * @param filters run on every route, after those of the configuration
     */
    Gateway(GatewayConfig config, FileEntries entries, ExchangeObserver observer, List<Filter> filters) {
        this.entries = entries;
        int processors = Runtime.getRuntime().availableProcessors();
        loops = new EventLoops(config.eventLoops() == 0 ? processors : config.eventLoops());
        upstreams = new Upstreams(descriptors.forUpstreams());
        shared = new Snapshot.Shared(
                NameCache.ofSystem(InstantSource.system()),
                upstreams,
                deadlines,
                Time.ofSystem(deadlines::after),
                List.copyOf(filters));
        snapshot = new Snapshot(config, null, shared);
        dynamic = config.dynamic().map(how -> dynamic(how, config)).orElse(null);
        accessLog = new AccessLog(config.accessLog());
        listeners = new Listeners(
                config.listeners(),
                settings(snapshot),
                exchange -> snapshot.open(exchange),
                ExchangeObserver.all(metrics, accessLog, observer));
        upkeep = new Upkeep(now -> {
            listeners.upkeep(now);
            snapshot.clusters().upkeep(now);
            loops.upkeep(now);
            upstreams.upkeep(now);
        });
        admin = admin(config);
    }

    private Dynamic dynamic(DynamicConfig how, GatewayConfig file) {
        Store store = how.store().map(name -> snapshot.stores().get(name)).orElse(null);
        Documents documents =
                store instanceof RedisStore redis ? redis.documents(how.key(), how.history(), how.timeout()) : null;
        return new Dynamic(how, documents, file, ConfigReader.documents(), this::put);
    }

    private ListenerSettings settings(Snapshot of) {
        int share = descriptors.forListeners() / of.config().listeners().size();
        return new ListenerSettings("listeners", share, of.config().trusted(), of.replayBytes(), loops);
    }

    private AdminServer admin(GatewayConfig config) {
        Instruments instruments = new Instruments(metrics);
        instruments.listeners(listeners::current);
        instruments.upstreams(upstreams);
        instruments.clusters(() -> snapshot.clusters());
        instruments.lookups(() -> snapshot.lookups().values());
        instruments.stores(() -> snapshot.stores().values());
        instruments.configuration(applied::get, rejected::get);
        instruments.memory(this::memory);
        LimitInstruments refusals = new LimitInstruments(metrics);
        refusals.limits(() -> snapshot.limits());
        refusals.addresses(() -> snapshot.addresses());
        dynamic().ifPresent(one -> DynamicInstruments.register(metrics, one));
        accessLog.register(metrics);
        metrics.gauge(
                "gateway_event_loop_delay_seconds",
                "How long something ready waits for its turn on the slowest event loop.",
                rows -> rows.row(loops.delayNanos() / 1e9));
        Views views = new Views(
                () -> snapshot.lookups(),
                () -> snapshot.stores().values(),
                upstreams,
                () -> snapshot.clusters(),
                () -> snapshot.limits(),
                () -> snapshot.addresses(),
                () -> serving);
        return new AdminServer(
                config.admin(),
                new AdminViews(
                        () -> conditions(views),
                        metrics::write,
                        views::connections,
                        views::clusters,
                        this::memory,
                        () -> snapshot.limits(),
                        () -> snapshot.addresses(),
                        metrics::traffic,
                        question -> snapshot.explain(question),
                        views,
                        new ConfigSource(dynamic(), () -> entries)));
    }

    private List<Condition> conditions(Views views) {
        List<Condition> conditions = new ArrayList<>(views.conditions());
        dynamic().ifPresent(one -> conditions.addAll(DynamicConditions.of(one.status())));
        return conditions;
    }

    /** What each bounded part keeps in memory. */
    private List<MemoryUse> memory() {
        List<MemoryUse> uses = new ArrayList<>(snapshot.memory());
        uses.add(shared.names().memory());
        uses.add(accessLog.memory());
        List<Listener> open = listeners();
        for (WaitingBytes waiting :
                WaitingBytes.of(snapshot.config(), settings(snapshot).maxConnections())) {
            uses.add(waiting.use(open.stream()
                    .filter(listener -> listener.name().equals(waiting.listener()))
                    .mapToLong(Listener::openStreams)
                    .sum()));
        }
        return uses;
    }

    /**
     * Opens stores and listeners.
     *
     * @throws IOException a store's file cannot be read
     */
    public void start() throws IOException {
        try {
            Descriptors.claimForWaiting();
            snapshot.start();
            if (dynamic != null) {
                dynamic.start();
            }
            accessLog.start();
            admin.start();
            upkeep.start();
            listeners.start();
            listening();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new IOException("interrupted while starting", e);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Replaces the configuration of the file. Everything new is built and opened first; then new exchanges use it, and those in flight finish on
     * the old one. No downstream connection ends: a listener that is gone takes no new ones, and those it has are served on. When this
     * fails, nothing has changed. What is dynamic stays as it is.
     *
     * <p>Blocks while files are read and addresses bound, and while something else is applied.
     *
     * @throws ConfigException something changed that cannot change in a running process
     * @throws ListenException a new address cannot be bound
     * @throws IOException a store's file cannot be read
     */
    public void apply(GatewayConfig config) throws IOException {
        apply(config, FileEntries.of(config));
    }

    /** Replaces the configuration of a file that says this about its entries. */
    public void apply(GatewayConfig config, FileEntries said) throws IOException {
        if (dynamic == null) {
            put(config);
        } else {
            dynamic.file(config);
        }
        entries = said;
        applied.incrementAndGet();
    }

    /** From now on it serves; what was put in force before that is told to the listeners. */
    private synchronized void listening() throws IOException {
        if (dynamic != null) {
            listen(snapshot).run();
        }
        serving = true;
    }

    private synchronized void put(GatewayConfig config) throws IOException {
        Snapshot next = null;
        Runnable listening;
        try {
            config.checkReplacement(snapshot.config());
            next = new Snapshot(config, snapshot, shared);
            next.start();
            listening = serving ? listen(next) : () -> {};
        } catch (ConfigException | ListenException | IOException e) {
            if (next != null) {
                next.parts().closeUnless(snapshot.parts());
            }
            throw e;
        }
        swap(next, listening);
    }

    /** Counts a configuration that was not applied. */
    public void rejected() {
        rejected.incrementAndGet();
    }

    /** Opens the addresses that are new; what it returns takes them into use, and cannot fail. */
    private Runnable listen(Snapshot next) throws IOException {
        AdminServer.Prepared pages = admin.prepare(next.config().admin(), listeners.addresses());
        try {
            Change data = listeners.prepare(
                    next.config().listeners(), settings(next), admin.addresses(), Map.of("admin", pages.address()));
            return () -> {
                pages.change().commit().run();
                data.commit().run();
            };
        } catch (ListenException e) {
            pages.change().cancel().run();
            throw e;
        }
    }

    private void swap(Snapshot next, Runnable listening) {
        Snapshot.Parts before = snapshot.parts();
        snapshot = next;
        listening.run();
        Runnable unused = deadlines.after(
                AFTERLIFE.toNanos(), () -> Thread.startVirtualThread(() -> before.closeUnless(snapshot.parts())));
    }

    /**
     * Says that it is not ready, for the notice that load balancers need to see it; then takes nothing new and waits until what is
     * in flight has ended, for the configured time at most. What remains then is ended, and its callers are told.
     */
    public void drain() throws InterruptedException {
        serving = false;
        TimeUnit.NANOSECONDS.sleep(snapshot.config().drain().notice().toNanos());
        listeners.forEach(Listener::drain);
        if (!closedWithin(snapshot.config().drain().timeout())) {
            listeners.forEach(Listener::endExchanges);
            closedWithin(LAST_WORDS);
        }
        upstreams.drain();
    }

    private boolean closedWithin(Duration time) throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        while (!listeners.empty()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return true;
    }

    @Override
    public void close() {
        if (dynamic != null) {
            dynamic.close();
        }
        listeners.forEach(Listener::drain);
        listeners.forEach(Listener::abort);
        upstreams.abort();
        upkeep.close();
        loops.close();
        deadlines.close();
        snapshot.parts().closeUnless(null);
        accessLog.close();
        admin.close();
    }

    /** Opens the access log's file anew, so that a rotated one can be let go. Never blocks. */
    public void reopenLogs() {
        accessLog.reopen();
    }

    /** The bound port of the admin listener. */
    public int adminPort() {
        return admin.port();
    }

    public List<Listener> listeners() {
        return listeners.current();
    }

    /** What changes while it runs; empty when the file says everything. */
    public Optional<Dynamic> dynamic() {
        return Optional.ofNullable(dynamic);
    }

    Upstreams upstreams() {
        return upstreams;
    }

    Clusters clusters() {
        return snapshot.clusters();
    }
}
