// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import io.penstock.gateway.config.cluster.ClusterConfig;
import io.penstock.gateway.config.filter.ChainConfig;
import io.penstock.gateway.config.filter.FilterConfig;
import io.penstock.gateway.config.filter.ForwardedConfig;
import io.penstock.gateway.config.filter.MtlsConfig;
import io.penstock.gateway.config.filter.NamedFilterConfig;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.listener.TlsConfig;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.route.RouteConfig;
import io.penstock.gateway.config.store.StoreConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The checks between {@code filters} and the sections that name them or that they name. */
final class FilterReferences {
    private final Check check;
    private final List<NamedFilterConfig> filters;
    private final Map<String, NamedFilterConfig> byName = new LinkedHashMap<>();

    FilterReferences(Check check, List<NamedFilterConfig> filters) {
        this.check = check;
        this.filters = filters;
        filters.forEach(filter -> byName.putIfAbsent(filter.name(), filter));
    }

    void check(List<String> global, List<RouteConfig> routes, List<ClusterConfig> clusters, List<StoreConfig> stores) {
        Set<String> clusterNames = clusters.stream().map(ClusterConfig::name).collect(Collectors.toSet());
        Set<String> storeNames = stores.stream().map(StoreConfig::name).collect(Collectors.toSet());
        for (int i = 0; i < filters.size(); i++) {
            String path = "filters[" + i + "]";
            FilterConfig policy = filters.get(i).policy();
            policy.clusters().forEach(name -> known(path, "clusters", name, clusterNames));
            policy.stores().forEach(name -> known(path, "stores", name, storeNames));
        }
        for (int i = 0; i < filters.size(); i++) {
            if (filters.get(i).policy() instanceof ChainConfig several) {
                String path = "filters[" + i + "].chain.filters";
                chain(path, List.of(), several.filters());
                for (int j = 0; j < several.filters().size(); j++) {
                    String name = several.filters().get(j);
                    check.that(
                            path + "[" + j + "]",
                            single(name).equals(List.of(name)),
                            Check.quoted(name),
                            "is a chain itself, expected a filter");
                }
            }
        }
        chain("global-filters", List.of(), global);
        for (int i = 0; i < routes.size(); i++) {
            RouteConfig route = routes.get(i);
            if (route.filters().isEmpty()) {
                continue;
            }
            String path = "routes[" + i + "].filters";
            chain(path, global, route.filters());
            check.that(
                    path,
                    route.forwarded().isEmpty() || route.filters().stream().noneMatch(this::forwarded),
                    "",
                    "names a forwarded filter beside the route's own forwarded, expected one of them");
        }
    }

    /** Who looks at client certificates needs a listener that asks for them. */
    void checkCertificates(List<ListenerConfig> listeners) {
        boolean asked = listeners.stream()
                .anyMatch(listener ->
                        listener.tls().flatMap(TlsConfig::clientCertificate).isPresent());
        for (int i = 0; i < filters.size(); i++) {
            check.that(
                    "filters[" + i + "].mtls",
                    asked || !(filters.get(i).policy() instanceof MtlsConfig),
                    "",
                    "looks at client certificates, for which no listener asks, expected tls.client-certificate of one");
        }
    }

    /** Each name is known and comes once; what tells of the caller comes before everything that may rely on it. */
    private void chain(String path, List<String> before, List<String> names) {
        Set<String> seen = new HashSet<>();
        before.forEach(name -> seen.addAll(single(name)));
        List<String> all = new ArrayList<>(before);
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String at = path + "[" + i + "]";
            known(at, "filters", name, byName.keySet());
            check.that(
                    at,
                    single(name).stream().filter(one -> !seen.add(one)).toList().isEmpty(),
                    Check.quoted(name),
                    before.contains(name) ? "runs on every route already" : "is given twice, expected once");
            check.that(
                    at,
                    all.isEmpty() || !forwarded(name),
                    Check.quoted(name),
                    "sets forwarded fields after another filter has seen them, expected it first");
            all.add(name);
        }
    }

    /** Whether it sets forwarded fields: the only one of a chain that may is the first. */
    private boolean forwarded(String name) {
        NamedFilterConfig filter = byName.get(single(name).getFirst());
        return filter != null && filter.policy() instanceof ForwardedConfig;
    }

    /** What a name stands for: itself, or the filters of a chain. */
    private List<String> single(String name) {
        NamedFilterConfig filter = byName.get(name);
        return filter != null && filter.policy() instanceof ChainConfig several ? several.filters() : List.of(name);
    }

    private void known(String path, String section, String name, Set<String> names) {
        if (!names.contains(name)) {
            check.that(path, false, Check.quoted(name), "is not in " + section + ", " + References.advice(name, names));
        }
    }
}
