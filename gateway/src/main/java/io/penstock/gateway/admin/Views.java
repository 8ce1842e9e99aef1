// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.limit.LimitReport;
import io.penstock.gateway.limit.address.AddressList;
import io.penstock.gateway.limit.address.AddressReport;
import io.penstock.gateway.lookup.Lookup;
import io.penstock.gateway.lookup.Target;
import io.penstock.gateway.store.ConnectionCounts;
import io.penstock.gateway.store.EmbeddedStore;
import io.penstock.gateway.store.Store;
import io.penstock.gateway.upstream.Upstreams;
import io.penstock.gateway.upstream.cluster.ClusterReport;
import io.penstock.gateway.upstream.cluster.Clusters;
import io.penstock.gateway.upstream.pool.PoolReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Shows the rooms to the admin listener in its own terms. */
public final class Views implements LookupsView {
    private final Supplier<Map<String, Lookup>> lookups;
    private final Supplier<Collection<Store>> stores;
    private final Upstreams upstreams;
    private final Supplier<Clusters> clusters;
    private final Supplier<List<LimitReport>> limits;
    private final Supplier<List<AddressList>> addresses;
    private final BooleanSupplier serving;

    public Views(
            Supplier<Map<String, Lookup>> lookups,
            Supplier<Collection<Store>> stores,
            Upstreams upstreams,
            Supplier<Clusters> clusters,
            Supplier<List<LimitReport>> limits,
            Supplier<List<AddressList>> addresses,
            BooleanSupplier serving) {
        this.lookups = lookups;
        this.stores = stores;
        this.upstreams = upstreams;
        this.clusters = clusters;
        this.limits = limits;
        this.addresses = addresses;
        this.serving = serving;
    }

    /** A store that is away is worth saying, and makes the gateway unready only when there is no target that it could serve. */
    public List<Condition> conditions() {
        List<Condition> conditions = new ArrayList<>();
        boolean up = serving.getAsBoolean();
        conditions.add(new Condition("listeners", up, true, up ? "accepting" : "starting or draining"));
        for (Store store : stores.get()) {
            String problem = store.problem();
            boolean required = problem != null && !servesAny();
            conditions.add(
                    new Condition("store-" + store.name(), problem == null, required, detail(problem, required)));
        }
        for (LimitReport limit : limits.get()) {
            limit.store().ifPresent(store -> conditions.add(condition(limit, store)));
        }
        for (AddressList list : addresses.get()) {
            AddressReport report = list.report();
            report.store().ifPresent(store -> conditions.add(condition(report, store)));
        }
        return conditions;
    }

    private static Condition condition(AddressReport list, String store) {
        long known = list.networks().getOrDefault("store", 0L);
        String detail = list.problem()
                .map(why ->
                        "store " + store + " has no answer, the last " + known + " networks that it had go on: " + why)
                .orElse(
                        list.ignored().isEmpty()
                                ? "has " + known + " networks of store " + store
                                : "not all networks of store " + store + " count: " + list.ignored());
        return new Condition(
                "address-list-" + list.filter(),
                list.problem().isEmpty() && list.ignored().isEmpty(),
                false,
                detail);
    }

    /** Without its store a filter goes on as its rule says. */
    private static Condition condition(LimitReport limit, String store) {
        String detail = limit.problem()
                .map(why -> "store " + store + " has no answer, " + limit.unavailable() + " decides: " + why)
                .orElse("counts in store " + store);
        return new Condition("limit-" + limit.filter(), limit.problem().isEmpty(), false, detail);
    }

    private static String detail(@Nullable String problem, boolean required) {
        if (problem == null) {
            return "answers";
        }
        return problem + (required ? "; no target is known" : "; targets that are known are served");
    }

    /** Whether any target is at hand: that of a cluster, what a store can be asked for, or what a lookup holds. */
    private boolean servesAny() {
        return lookups.get().isEmpty()
                || !clusters.get().reports().isEmpty()
                || lookups.get().values().stream()
                        .anyMatch(lookup -> lookup.store().available() || lookup.holdsTargets());
    }

    /** The connections that pools and stores keep: how many there were, and why they ended. */
    public List<ConnectionLedger> connections() {
        List<ConnectionLedger> ledgers = new ArrayList<>();
        for (PoolReport pool : upstreams.report()) {
            ledgers.add(ledger(pool));
        }
        for (Store store : stores.get()) {
            for (ConnectionCounts counts : store.connections()) {
                ledgers.add(ledger(store, counts));
            }
        }
        return ledgers;
    }

    public List<ClusterView> clusters() {
        return clusters.get().reports().stream().map(Views::cluster).toList();
    }

    private static ClusterView cluster(ClusterReport report) {
        return new ClusterView(
                report.name(),
                report.breaker(),
                report.active(),
                report.waiting(),
                report.retrying(),
                report.retries(),
                report.budgetRefused(),
                report.hedges(),
                report.hedgesWon(),
                report.endpoints().stream()
                        .map(endpoint -> new ClusterView.Endpoint(
                                endpoint.name(),
                                endpoint.state(),
                                endpoint.ejectedForMillis(),
                                endpoint.breaker(),
                                endpoint.weight(),
                                endpoint.active(),
                                endpoint.attempts(),
                                endpoint.failures(),
                                endpoint.peakMillis(),
                                endpoint.lastCheck()))
                        .toList());
    }

    private static ConnectionLedger ledger(PoolReport pool) {
        List<ConnectionLedger.Closed> closed = new ArrayList<>();
        pool.closed()
                .forEach((ending, count) -> closed.add(
                        new ConnectionLedger.Closed(ending.byPeer() ? "upstream" : "gateway", ending.slug(), count)));
        return new ConnectionLedger(
                "upstream",
                pool.user(),
                pool.target(),
                pool.opened(),
                pool.reused(),
                pool.open(),
                pool.activeStreams(),
                closed);
    }

    private static ConnectionLedger ledger(Store store, ConnectionCounts counts) {
        List<ConnectionLedger.Closed> closed = new ArrayList<>();
        counts.closed()
                .forEach((ending, count) -> closed.add(new ConnectionLedger.Closed(ending.by(), slug(ending), count)));
        return new ConnectionLedger(
                "redis",
                store.name() + " " + counts.use(),
                counts.peer(),
                counts.opened(),
                counts.reused(),
                counts.open(),
                0,
                closed);
    }

    private static String slug(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    // ---- LookupsView ----

    @Override
    public List<String> names() {
        return List.copyOf(lookups.get().keySet());
    }

    @Override
    public Optional<String> get(String lookup, String key) {
        return told(() -> Optional.ofNullable(lookup(lookup).store().get(key)));
    }

    @Override
    public void put(String lookup, String key, String target) {
        EmbeddedStore store = embedded(lookup);
        String problem = Target.malformed(target);
        if (problem != null) {
            throw AdminRefusal.invalid(problem);
        }
        told(() -> {
            store.put(key, target);
            return true;
        });
    }

    @Override
    public boolean delete(String lookup, String key) {
        return told(() -> embedded(lookup).delete(key));
    }

    @Override
    public LookupsView.Explanation explain(String lookup, String key) {
        io.penstock.gateway.lookup.Explanation found = told(() -> lookup(lookup).explain(key));
        return new LookupsView.Explanation(
                found.key(),
                lookup(lookup).store() instanceof EmbeddedStore ? "embedded" : "redis",
                slug(found.state()),
                found.age().orElse(null),
                found.value().orElse(null),
                found.address().orElse(null),
                found.refusal().isEmpty(),
                found.refusal().map(cause -> cause + ": ").orElse("") + found.reason());
    }

    private Lookup lookup(String name) {
        Lookup lookup = lookups.get().get(name);
        if (lookup == null) {
            throw AdminRefusal.notFound("there is no lookup " + name);
        }
        return lookup;
    }

    private EmbeddedStore embedded(String lookup) {
        if (lookup(lookup).store() instanceof EmbeddedStore store) {
            return store;
        }
        throw AdminRefusal.conflict("lookup " + lookup + " reads Redis: change the key there");
    }

    /** Runs a step and turns what goes wrong into words for the caller. */
    private static <T> T told(Supplier<T> step) {
        try {
            return step.get();
        } catch (GatewayException e) {
            throw AdminRefusal.unavailable(e.reason().slug() + ": " + e.detail());
        } catch (IllegalArgumentException e) {
            throw AdminRefusal.invalid(String.valueOf(e.getMessage()));
        } catch (java.io.UncheckedIOException | IllegalStateException e) {
            throw AdminRefusal.unavailable(String.valueOf(e.getMessage()));
        }
    }
}
