// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.filter.AddressListConfig;
import io.penstock.gateway.config.filter.ApiKeyConfig;
import io.penstock.gateway.config.filter.BasicConfig;
import io.penstock.gateway.config.filter.ChainConfig;
import io.penstock.gateway.config.filter.CorsConfig;
import io.penstock.gateway.config.filter.DigestConfig;
import io.penstock.gateway.config.filter.ExternalConfig;
import io.penstock.gateway.config.filter.FilterConfig;
import io.penstock.gateway.config.filter.ForwardedConfig;
import io.penstock.gateway.config.filter.HeadersConfig;
import io.penstock.gateway.config.filter.JwtConfig;
import io.penstock.gateway.config.filter.LimitBodyConfig;
import io.penstock.gateway.config.filter.MtlsConfig;
import io.penstock.gateway.config.filter.NamedFilterConfig;
import io.penstock.gateway.config.filter.PermissionsConfig;
import io.penstock.gateway.config.filter.RateLimitConfig;
import io.penstock.gateway.config.filter.SecurityFieldsConfig;
import io.penstock.gateway.config.filter.SignatureConfig;
import io.penstock.gateway.config.route.RouteConfig;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.exchange.side.Asker;
import io.penstock.gateway.limit.LimitReport;
import io.penstock.gateway.limit.Limits;
import io.penstock.gateway.limit.address.AddressList;
import io.penstock.gateway.store.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The filters of a configuration, compiled. A named one that says the same as before is the one of before, with all that it remembers.
 */
public final class Filters {
    private final Map<String, Made> named = new LinkedHashMap<>();
    /** Names that stand for several. */
    private final Map<String, List<String>> chains = new HashMap<>();

    private final List<Filter> fresh = new ArrayList<>();
    private final List<String> global;
    private final ClientAddress clients;
    private final Function<String, Asker> clusters;
    private final Function<String, Store> stores;
    private final ForwardedConfig tells;
    private final ForwardedFilter forwarded;

    private record Made(NamedFilterConfig config, NamedFilter filter) {}

    /**
     * Compiles the named filters; starts none.
     *
     * @param clients whom to believe; the same object means that this has not changed
     * @param clusters finds the cluster that a filter asks, by its name
     * @param stores finds the store that a filter uses, by its name
     * @param before those of the configuration before, if there is one
     */
    public Filters(
            GatewayConfig config,
            ClientAddress clients,
            Function<String, Asker> clusters,
            Function<String, Store> stores,
            @Nullable Filters before) {
        this.global = config.globalFilters();
        this.clients = clients;
        this.clusters = clusters;
        this.stores = stores;
        this.tells = config.forwarded();
        this.forwarded = before != null && before.clients == clients && before.tells.equals(tells)
                ? before.forwarded
                : new ForwardedFilter(tells, clients);
        for (NamedFilterConfig one : config.filters()) {
            if (one.policy() instanceof ChainConfig several) {
                chains.put(one.name(), several.filters());
                continue;
            }
            Made old = before == null ? null : before.named.get(one.name());
            named.put(one.name(), before != null && old != null && same(old, one, before) ? old : made(one, old));
        }
    }

    /** Whether it says the same as before, and what it uses is the same. */
    private boolean same(Made old, NamedFilterConfig now, Filters before) {
        FilterConfig policy = now.policy();
        return old.config().equals(now)
                && (!(policy instanceof ForwardedConfig) || clients == before.clients)
                && policy.clusters().stream()
                        .allMatch(name -> clusters.apply(name).equals(before.clusters.apply(name)))
                && policy.stores().stream().allMatch(name -> stores.apply(name).equals(before.stores.apply(name)));
    }

    private Made made(NamedFilterConfig config, @Nullable Made old) {
        Filter filter = compiled(config.name(), config.policy());
        if (old != null) {
            filter.inherit(old.filter().filter());
        }
        fresh.add(filter);
        return new Made(config, new NamedFilter(config.name(), filter));
    }

    private Filter compiled(String name, FilterConfig policy) {
        return switch (policy) {
            case ChainConfig chain -> throw new IllegalStateException("chains are taken apart before");
            case HeadersConfig headers -> new HeaderEditFilter(headers);
            case ForwardedConfig told -> new ForwardedFilter(told, clients);
            case ExternalConfig external -> new ExternalFilter(external, clusters.apply(external.cluster()));
            case CorsConfig cors -> new CorsFilter(cors);
            case LimitBodyConfig limit -> new LimitBodyFilter(limit);
            case DigestConfig digest -> new DigestFilter(digest);
            case JwtConfig jwt -> new JwtFilter(name, jwt, clusters, stores);
            case ApiKeyConfig keys -> new ApiKeyFilter(name, keys, stores);
            case BasicConfig basic -> new BasicFilter(name, basic);
            case MtlsConfig mtls -> new MtlsFilter(name, mtls);
            case SignatureConfig signature -> new SignatureFilter(name, signature, stores);
            case AddressListConfig list ->
                new AddressListFilter(
                        new AddressList(name, list, list.store().map(stores).orElse(null)));
            case RateLimitConfig limit ->
                new RateLimitFilter(
                        new Limits(name, limit, limit.store().map(stores).orElse(null)));
            case PermissionsConfig permissions -> new PermissionsFilter(permissions);
            case SecurityFieldsConfig fields -> new SecurityFieldsFilter(fields);
        };
    }

    /**
     * The filters of a route in the order of requests: what tells of the caller, those of every route, its own, and the edits of its own
     * keys.
     */
    public List<NamedFilter> chain(RouteConfig route) {
        List<NamedFilter> chain = new ArrayList<>();
        global.forEach(name -> add(name, chain));
        route.filters().forEach(name -> add(name, chain));
        if (chain.isEmpty() || !(chain.getFirst().filter() instanceof ForwardedFilter)) {
            Filter tells = route.forwarded()
                    .map(own -> new ForwardedFilter(own, clients))
                    .orElse(forwarded);
            chain.addFirst(new NamedFilter("", tells));
        }
        HeadersConfig edits = new HeadersConfig(route.requestHeaders(), route.responseHeaders());
        if (!edits.equals(HeadersConfig.NONE)) {
            chain.add(new NamedFilter("", new HeaderEditFilter(edits)));
        }
        return List.copyOf(chain);
    }

    private void add(String name, List<NamedFilter> chain) {
        several(name).forEach(one -> chain.add(named(one)));
    }

    private List<String> several(String name) {
        return chains.getOrDefault(name, List.of(name));
    }

    /** Whether all filters are those of the others. */
    public boolean same(Filters others) {
        return forwarded == others.forwarded
                && global.equals(others.global)
                && chains.equals(others.chains)
                && named.equals(others.named);
    }

    /** Whether the route's filters are those that it had with the others, so that its chain is the same. */
    public boolean same(RouteConfig route, Filters others) {
        return forwarded == others.forwarded
                && global.equals(others.global)
                && same(global, others)
                && same(route.filters(), others);
    }

    @SuppressWarnings("ReferenceEquality") // whether it is this very one
    private boolean same(List<String> names, Filters others) {
        for (String name : names) {
            List<String> mine = several(name);
            if (!mine.equals(others.several(name))) {
                return false;
            }
            for (String one : mine) {
                if (named.get(one) != others.named.get(one)) {
                    return false;
                }
            }
        }
        return true;
    }

    private NamedFilter named(String name) {
        return Objects.requireNonNull(named.get(name)).filter();
    }

    /** What those with a name keep in memory. */
    public List<MemoryUse> memory() {
        return named.values().stream()
                .flatMap(made -> made.filter().filter().memory(made.filter().name()).stream())
                .toList();
    }

    /** What the limits of those that have some did so far. */
    public List<LimitReport> limits() {
        return named.values().stream()
                .flatMap(made -> made.filter().filter().limits().stream())
                .toList();
    }

    /** The lists of those that have one. */
    public List<AddressList> addresses() {
        return named.values().stream()
                .flatMap(made -> made.filter().filter().addresses().stream())
                .toList();
    }

    /** Starts those that are new. */
    public void start() {
        fresh.forEach(Filter::start);
    }

    /** Closes those that the other configuration does not have; all of them when there is none. */
    @SuppressWarnings("ReferenceEquality") // one that says the same is another one
    public void closeUnless(@Nullable Filters other) {
        for (Made one : named.values()) {
            if (other == null || other.named.get(one.config().name()) != one) {
                one.filter().filter().close();
            }
        }
    }
}
