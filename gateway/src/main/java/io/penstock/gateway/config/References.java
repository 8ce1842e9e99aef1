// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import io.penstock.gateway.config.cluster.ClusterConfig;
import io.penstock.gateway.config.cluster.FallbackConfig;
import io.penstock.gateway.config.dynamic.DynamicConfig;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.config.match.MatchRank;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.Spelling;
import io.penstock.gateway.config.read.Units;
import io.penstock.gateway.config.route.AnswerConfig;
import io.penstock.gateway.config.route.RedirectConfig;
import io.penstock.gateway.config.route.RouteConfig;
import io.penstock.gateway.config.route.TargetConfig;
import io.penstock.gateway.config.store.StoreConfig;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The checks between the sections of a {@link GatewayConfig}. */
final class References {
    private final Check check;

    References(Check check) {
        this.check = check;
    }

    /** Every name only once in its section. */
    <T> void names(String section, List<T> records, Function<T, String> name) {
        Map<String, Integer> first = new HashMap<>();
        for (int i : Alike.of(records, one -> name.apply(one).hashCode())) {
            String text = name.apply(records.get(i));
            Integer other = first.putIfAbsent(text, i);
            if (other != null) {
                check.that(
                        section + "[" + i + "].name",
                        false,
                        Check.quoted(text),
                        "is the name of " + section + "[" + other + "] already, expected another");
            }
        }
    }

    /** No two sockets on one port, unless the system chooses it; a wildcard address meets every other one. */
    void ports(List<ListenerConfig> listeners, AdminConfig admin) {
        for (int i = 0; i < listeners.size(); i++) {
            ListenerConfig listener = listeners.get(i);
            String path = "listeners[" + i + "].port";
            for (int j = 0; j < i; j++) {
                ListenerConfig other = listeners.get(j);
                boolean free = !meet(listener.address(), listener.port(), other.address(), other.port());
                check.that(path, free, listener.port(), "is taken by listeners[" + j + "], expected another port");
            }
            boolean free = !meet(listener.address(), listener.port(), admin.address(), admin.port());
            check.that(path, free, listener.port(), "is taken by admin, expected another port");
        }
    }

    void stores(List<LookupConfig> lookups, List<StoreConfig> stores) {
        Map<String, StoreConfig> byName = byName(stores, StoreConfig::name);
        for (int i = 0; i < lookups.size(); i++) {
            known("lookups[" + i + "].store", "stores", lookups.get(i).store(), byName);
        }
    }

    /** Documents that nodes share are in a Redis. */
    void dynamic(Optional<DynamicConfig> dynamic, List<StoreConfig> stores) {
        Map<String, StoreConfig> byName = byName(stores, StoreConfig::name);
        dynamic.flatMap(DynamicConfig::store)
                .flatMap(name -> known("dynamic.store", "stores", name, byName))
                .ifPresent(store -> check.that(
                        "dynamic.store",
                        store.redis().isPresent(),
                        Check.quoted(store.name()),
                        "is an embedded store, expected a Redis, or a file without a store"));
    }

    void targets(List<RouteConfig> routes, List<ClusterConfig> clusters, List<LookupConfig> lookups) {
        Map<String, ClusterConfig> clustersByName = byName(clusters, ClusterConfig::name);
        Map<String, LookupConfig> lookupsByName = byName(lookups, LookupConfig::name);
        for (int i = 0; i < routes.size(); i++) {
            Optional<Duration> timeout = routes.get(i).timeouts().timeout();
            if (timeout.isEmpty()
                    && routes.get(i).action() instanceof TargetConfig.ClusterTarget target
                    && clustersByName.containsKey(target.name())) {
                continue; // as most do: there may be 10,000 routes, and changes by the second
            }
            String path = "routes[" + i + "]";
            List<UpstreamConfig> upstreams = new ArrayList<>();
            switch (routes.get(i).action()) {
                case TargetConfig.ClusterTarget target ->
                    known(path + ".cluster", "clusters", target.name(), clustersByName)
                            .ifPresent(cluster -> upstreams.add(cluster.upstream()));
                case TargetConfig.SplitTarget target -> {
                    for (int j = 0; j < target.clusters().size(); j++) {
                        String at = path + ".clusters[" + j + "].cluster";
                        known(at, "clusters", target.clusters().get(j).cluster(), clustersByName)
                                .ifPresent(cluster -> upstreams.add(cluster.upstream()));
                    }
                }
                case TargetConfig.LookupTarget target ->
                    known(path + ".lookup", "lookups", target.name(), lookupsByName)
                            .ifPresent(lookup -> upstreams.add(lookup.upstream()));
                case RedirectConfig redirect -> {}
                case AnswerConfig answer -> {}
            }
            boolean fires = timeout.isEmpty()
                    || upstreams.stream().allMatch(upstream -> timeout.get().compareTo(upstream.connectTimeout()) >= 0);
            check.that(
                    path + ".timeout",
                    fires,
                    timeout.map(Units::text).orElse(""),
                    "is shorter than connect-timeout of its target, which could never fire");
        }
    }

    /** A fallback is a cluster without one. */
    void fallbacks(List<ClusterConfig> clusters) {
        Map<String, ClusterConfig> byName = byName(clusters, ClusterConfig::name);
        for (int i = 0; i < clusters.size(); i++) {
            String path = "clusters[" + i + "].fallback.cluster";
            Optional<String> name = clusters.get(i).fallback().flatMap(FallbackConfig::cluster);
            name.flatMap(text -> known(path, "clusters", text, byName))
                    .ifPresent(cluster -> check.that(
                            path,
                            cluster.fallback().flatMap(FallbackConfig::cluster).isEmpty(),
                            Check.quoted(cluster.name()),
                            "has a fallback cluster itself, expected one without"));
        }
    }

    /** No two routes of the same rank that might fit the same request. */
    void matches(List<RouteConfig> routes) {
        record Ranked(int place, RouteConfig route, MatchRank rank) {}
        List<Ranked> sorted = IntStream.of(
                        Alike.of(routes, route -> route.match().alike()))
                .mapToObj(i ->
                        new Ranked(i, routes.get(i), MatchRank.of(routes.get(i).match())))
                .sorted(Comparator.comparing(Ranked::rank).thenComparing(Ranked::place))
                .toList();
        int start = 0; // of the run of equal ranks
        for (int i = 1; i < sorted.size(); i++) {
            Ranked later = sorted.get(i);
            if (sorted.get(start).rank().compareTo(later.rank()) != 0) {
                start = i;
            }
            for (int j = start; j < i; j++) {
                Ranked earlier = sorted.get(j);
                if (earlier.route().match().meets(later.route().match())) {
                    check.that(
                            "routes[" + later.place() + "]",
                            false,
                            earlier.route().name() + " and " + later.route().name(),
                            "can match the same request and neither is more specific, expected a difference from routes["
                                    + earlier.place() + "] or another priority");
                    break;
                }
            }
        }
    }

    private <T> Optional<T> known(String path, String section, String name, Map<String, T> byName) {
        T found = byName.get(name);
        if (found == null) { // words are made only for what is wrong
            check.that(path, false, Check.quoted(name), "is not in " + section + ", " + advice(name, byName.keySet()));
        }
        return Optional.ofNullable(found);
    }

    /** What to write in the place of a name that there is not. */
    static String advice(String name, Collection<String> names) {
        return Spelling.nearest(name, names)
                .map(near -> "did you mean `" + near + "`?")
                .orElseGet(() -> names.isEmpty()
                        ? "which has no names"
                        : "expected one of " + names.stream().sorted().limit(10).collect(Collectors.joining(", ")));
    }

    private static <T> Map<String, T> byName(List<T> records, Function<T, String> name) {
        return records.stream().collect(Collectors.toMap(name, Function.identity(), (a, b) -> a));
    }

    private static boolean meet(String address, int port, String otherAddress, int otherPort) {
        return port != 0
                && port == otherPort
                && (wildcard(address) || wildcard(otherAddress) || same(address, otherAddress));
    }

    private static boolean same(String address, String other) {
        Optional<InetAddress> literal = Address.literal(address);
        boolean sameLiteral = literal.isPresent() && literal.equals(Address.literal(other));
        return sameLiteral || address.equalsIgnoreCase(other);
    }

    private static boolean wildcard(String address) {
        return Address.literal(address).filter(InetAddress::isAnyLocalAddress).isPresent();
    }
}
