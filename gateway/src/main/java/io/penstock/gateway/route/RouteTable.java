// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import io.penstock.gateway.config.match.MatchConfig;
import io.penstock.gateway.config.match.MatchRank;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.route.Segments.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes, compiled once; immutable and safe for any thread.
 *
 * <p>Of the routes that fit a request the first in the order of {@link MatchRank} wins. Hosts are hashed, wildcards too, and paths are a
 * tree over their segments, so a look-up costs as much as the host and the path are long, however many routes there are. Only routes
 * that differ in nothing but methods, fields, networks or regular expressions are tried one after the other.
 *
 * @param <T> what a match yields
 */
public final class RouteTable<T> {

    /** One host, exact or wildcard, and the next less specific one that also takes its names. */
    private record Site<T>(
            String host, Segments<T> paths, @Nullable Site<T> wider, int highest) {}

    private final List<Entry<T>> entries;
    private final SpanMap<Site<T>> exact;
    /** By suffix, with its dot in front. */
    private final SpanMap<Site<T>> wildcards;

    private final @Nullable Site<T> any;

    private RouteTable(List<Entry<T>> entries) {
        this.entries =
                entries.stream().sorted(Comparator.comparing(Entry::rank)).toList();
        Map<String, List<Entry<T>>> byHost = new LinkedHashMap<>();
        for (Entry<T> entry : this.entries) {
            byHost.computeIfAbsent(entry.rank().match().host().orElse(""), host -> new ArrayList<>())
                    .add(entry);
        }
        List<Entry<T>> everywhere = byHost.remove("");
        any = everywhere == null ? null : site("", everywhere, null);
        Map<String, Site<T>> suffixes = new HashMap<>();
        byHost.keySet().stream()
                .filter(host -> host.startsWith("*."))
                .sorted(Comparator.comparingInt(String::length))
                .forEach(host -> suffixes.put(
                        host.substring(1), site(host, entries(byHost, host), wider(suffixes, host.substring(2)))));
        Map<String, Site<T>> hosts = new HashMap<>();
        byHost.keySet().stream()
                .filter(host -> !host.startsWith("*."))
                .forEach(host -> hosts.put(host, site(host, entries(byHost, host), wider(suffixes, host))));
        exact = new SpanMap<>(hosts);
        wildcards = new SpanMap<>(suffixes);
    }

    private static <T> List<Entry<T>> entries(Map<String, List<Entry<T>>> byHost, String host) {
        return byHost.getOrDefault(host, List.of());
    }

    /** The longest wildcard above this host. */
    private @Nullable Site<T> wider(Map<String, Site<T>> suffixes, String host) {
        for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
            Site<T> found = suffixes.get(host.substring(dot));
            if (found != null) {
                return found;
            }
        }
        return any;
    }

    private static <T> Site<T> site(String host, List<Entry<T>> entries, @Nullable Site<T> wider) {
        Segments<T> paths = Segments.of(entries);
        return new Site<>(
                host, paths, wider, Math.max(paths.highest(), wider == null ? Integer.MIN_VALUE : wider.highest()));
    }

    /** Collects routes, then compiles them. */
    public static final class Builder<T> {
        private final List<Entry<T>> entries = new ArrayList<>();

        /** Adds a route; the checks of the configuration have excluded two of the same rank that fit the same request. */
        public Builder<T> add(String name, MatchConfig match, T value) {
            entries.add(new Entry<>(name, MatchRank.of(match), new Conditions(match), value));
            return this;
        }

        /** Compiles what was added. */
        public RouteTable<T> build() {
            return new RouteTable<>(entries);
        }
    }

    /**
     * Finds the route of a request, as its downstream sent it.
     *
     * @return null when none matches
     */
    public @Nullable T match(Exchange exchange) {
        Entry<T> found = find(exchange);
        return found == null ? null : found.value();
    }

    private @Nullable Entry<T> find(Exchange exchange) {
        String path = exchange.path();
        int query = path.indexOf('?');
        int end = query < 0 ? path.length() : query;
        Entry<T> best = null;
        for (Site<T> site = site(exchange.authority()); site != null; site = site.wider()) {
            if (best != null && site.highest() <= best.priority()) {
                return best;
            }
            best = site.paths().find(exchange, path, end, best);
        }
        return best;
    }

    /** The most specific site of a host. */
    private @Nullable Site<T> site(String authority) {
        if (exact.isEmpty() && wildcards.isEmpty()) {
            return any;
        }
        String lower = Host.lower(authority);
        int start = Host.start(lower);
        int end = Host.end(lower);
        Site<T> found = any;
        int hash = 0;
        for (int i = end - 1; i >= start; i--) {
            char c = lower.charAt(i);
            hash = SpanMap.step(hash, c);
            if (c == '.' && i > start && i < end - 1) {
                Site<T> wildcard = wildcards.get(lower, i, end, hash);
                found = wildcard == null ? found : wildcard;
            }
        }
        Site<T> whole = exact.get(lower, start, end, hash);
        return whole == null ? found : whole;
    }

    /**
     * Judges every route for a request, one after the other and without the compiled tree: why each lost.
     *
     * <p>As slow as there are routes: for people, not for traffic.
     */
    public List<Candidate> explain(Exchange exchange) {
        Entry<T> winner = find(exchange);
        List<Candidate> candidates = new ArrayList<>(entries.size());
        for (Entry<T> entry : entries) {
            candidates.add(Candidate.judge(
                    entry, exchange, winner != null && entry.name().equals(winner.name()), winner));
        }
        return candidates;
    }
}
