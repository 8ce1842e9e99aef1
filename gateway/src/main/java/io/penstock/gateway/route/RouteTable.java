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
import java.util.Objects;
import java.util.function.Consumer;
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

    private final SpanMap<Site<T>> exact;
    /** By suffix, with its dot in front. */
    private final SpanMap<Site<T>> wildcards;

    private final @Nullable Site<T> any;

    private RouteTable(List<Entry<T>> entries) {
        this(trees(entries));
    }

    private static <T> Map<String, Segments<T>> trees(List<Entry<T>> entries) {
        Map<String, List<Entry<T>>> byHost = new LinkedHashMap<>();
        for (Entry<T> entry : entries) {
            byHost.computeIfAbsent(host(entry), host -> new ArrayList<>()).add(entry);
        }
        Map<String, Segments<T>> trees = LinkedHashMap.newLinkedHashMap(byHost.size());
        byHost.forEach((host, some) -> trees.put(host, Segments.of(some)));
        return trees;
    }

    private static String host(Entry<?> entry) {
        return entry.rank().match().host().orElse("");
    }

    private RouteTable(Map<String, Segments<T>> byHost) {
        Segments<T> everywhere = byHost.remove("");
        any = everywhere == null ? null : site("", everywhere, null);
        Map<String, Site<T>> suffixes = new HashMap<>();
        byHost.keySet().stream()
                .filter(host -> host.startsWith("*."))
                .sorted(Comparator.comparingInt(String::length))
                .forEach(host -> suffixes.put(
                        host.substring(1), site(host, tree(byHost, host), wider(suffixes, host.substring(2)))));
        Map<String, Site<T>> hosts = new HashMap<>();
        byHost.keySet().stream()
                .filter(host -> !host.startsWith("*."))
                .forEach(host -> hosts.put(host, site(host, tree(byHost, host), wider(suffixes, host))));
        exact = new SpanMap<>(hosts);
        wildcards = new SpanMap<>(suffixes);
    }

    private RouteTable(SpanMap<Site<T>> exact, SpanMap<Site<T>> wildcards, @Nullable Site<T> any) {
        this.exact = exact;
        this.wildcards = wildcards;
        this.any = any;
    }

    private static <T> Segments<T> tree(Map<String, Segments<T>> byHost, String host) {
        return Objects.requireNonNull(byHost.get(host));
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

    private static <T> Site<T> site(String host, Segments<T> paths, @Nullable Site<T> wider) {
        return new Site<>(
                host, paths, wider, Math.max(paths.highest(), wider == null ? Integer.MIN_VALUE : wider.highest()));
    }

    /**
     * This table with one route more, or with another in the place of one; everything else is shared.
     *
     * @param out the match of the route of this name that goes; null when there is none
     * @param in the match of the one that comes; null when there is none
     */
    public RouteTable<T> with(String name, @Nullable MatchConfig out, @Nullable MatchConfig in, @Nullable T value) {
        Entry<T> old = out == null ? null : entry(name, out);
        Entry<T> made =
                in == null || value == null ? null : new Entry<>(name, MatchRank.of(in), new Conditions(in), value);
        if (old == null || made == null || samePlace(old, made)) {
            return old == null && made == null ? this : edited(old, made);
        }
        return edited(old, null).edited(null, made);
    }

    private static boolean samePlace(Entry<?> one, Entry<?> other) {
        return host(one).equals(host(other))
                && one.rank().pattern().segments().equals(other.rank().pattern().segments());
    }

    private RouteTable<T> edited(@Nullable Entry<T> out, @Nullable Entry<T> in) {
        String host = host(in == null ? Objects.requireNonNull(out) : in);
        Site<T> site = exactly(host);
        Segments<T> paths = (site == null ? Segments.<T>of(List.of()) : site.paths()).with(out, in);
        boolean only = !host.isEmpty() && !host.startsWith("*.");
        if (only && site != null && !paths.isEmpty()) {
            return new RouteTable<>(exact.with(host, site(host, paths, site.wider())), wildcards, any);
        }
        if (host.isEmpty() && exact.isEmpty() && wildcards.isEmpty() && !paths.isEmpty()) {
            return new RouteTable<>(exact, wildcards, site(host, paths, null));
        }
        Map<String, Segments<T>> all = new LinkedHashMap<>(); // others may have this one for their wider one
        sites(each -> all.put(each.host(), each.paths()));
        if (paths.isEmpty()) {
            all.remove(host);
        } else {
            all.put(host, paths);
        }
        return new RouteTable<>(all);
    }

    /** The site of this host or wildcard and no other. */
    private @Nullable Site<T> exactly(String host) {
        if (host.isEmpty()) {
            return any;
        }
        return host.startsWith("*.") ? wildcards.get(host, 1, host.length()) : exact.get(host, 0, host.length());
    }

    private void sites(Consumer<Site<T>> action) {
        exact.forEach(action);
        wildcards.forEach(action);
        if (any != null) {
            action.accept(any);
        }
    }

    private @Nullable Entry<T> entry(String name, MatchConfig match) {
        Site<T> site = exactly(match.host().orElse(""));
        return site == null ? null : site.paths().named(name, MatchRank.of(match));
    }

    /**
     * What the route of this name and match yields.
     *
     * @return null when there is none
     */
    public @Nullable T named(String name, MatchConfig match) {
        Entry<T> found = entry(name, match);
        return found == null ? null : found.value();
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
        List<Entry<T>> entries = new ArrayList<>();
        sites(site -> site.paths().forEach(entries::add));
        entries.sort(Comparator.comparing(Entry::rank));
        List<Candidate> candidates = new ArrayList<>(entries.size());
        for (Entry<T> entry : entries) {
            candidates.add(Candidate.judge(
                    entry, exchange, winner != null && entry.name().equals(winner.name()), winner));
        }
        return candidates;
    }
}
