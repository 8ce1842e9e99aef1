// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import io.penstock.gateway.config.match.MatchRank;
import io.penstock.gateway.config.match.PathPattern;
import io.penstock.gateway.exchange.Exchange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one host as a tree over the segments of their paths. Immutable.
 *
 * <p>A search goes down the fixed segment before the place and looks at a node's own routes last, which is the order of {@link
 * MatchRank}: the first that fits is the best of its priority, and branches without a higher priority are not entered again. It visits
 * no more nodes than patterns fit the path.
 */
final class Segments<T> {

    /** One route at a node. */
    record Entry<T>(String name, MatchRank rank, Conditions conditions, T value) {
        int priority() {
            return rank.match().priority();
        }
    }

    private static final List<PathPattern.End> ENDS = List.of(PathPattern.End.values());

    private final SpanMap<Segments<T>> fixed;
    private final @Nullable Segments<T> place;
    private final List<Entry<T>> exact;
    private final List<Entry<T>> regex;
    private final List<Entry<T>> rest;
    private final int highest;

    private Segments(Growing<T> from) {
        Map<String, Segments<T>> children = new LinkedHashMap<>();
        from.fixed.forEach((segment, child) -> children.put(segment, new Segments<>(child)));
        fixed = new SpanMap<>(children);
        place = from.place == null ? null : new Segments<>(from.place);
        exact = sorted(from.entries, PathPattern.End.EXACT);
        regex = sorted(from.entries, PathPattern.End.REGEX);
        rest = sorted(from.entries, PathPattern.End.REST);
        int most = from.entries.stream().mapToInt(Entry::priority).max().orElse(Integer.MIN_VALUE);
        for (Segments<T> child : children.values()) {
            most = Math.max(most, child.highest);
        }
        highest = Math.max(most, place == null ? Integer.MIN_VALUE : place.highest);
    }

    private Segments(SpanMap<Segments<T>> fixed, @Nullable Segments<T> place, List<List<Entry<T>>> own, int highest) {
        this.fixed = fixed;
        this.place = place;
        this.exact = own.get(PathPattern.End.EXACT.ordinal());
        this.regex = own.get(PathPattern.End.REGEX.ordinal());
        this.rest = own.get(PathPattern.End.REST.ordinal());
        this.highest = highest;
    }

    private static <T> List<Entry<T>> sorted(List<Entry<T>> entries, PathPattern.End end) {
        return entries.stream()
                .filter(entry -> entry.rank().pattern().end() == end)
                .sorted(Comparator.comparing(Entry::rank))
                .toList();
    }

    static <T> Segments<T> of(List<Entry<T>> entries) {
        Growing<T> root = new Growing<>();
        for (Entry<T> entry : entries) {
            Growing<T> node = root;
            for (String segment : entry.rank().pattern().segments()) {
                node = node.child(segment);
            }
            node.entries.add(entry);
        }
        return new Segments<>(root);
    }

    /**
     * This tree without one route and with another; what is not on their way is shared.
     *
     * @param out may be in it
     * @param in has the same segments as {@code out} when both are given
     */
    Segments<T> with(@Nullable Entry<T> out, @Nullable Entry<T> in) {
        Entry<T> way = in == null ? Objects.requireNonNull(out) : in;
        return with(way.rank().pattern().segments(), 0, out, in);
    }

    private Segments<T> with(List<String> way, int depth, @Nullable Entry<T> out, @Nullable Entry<T> in) {
        SpanMap<Segments<T>> children = fixed;
        Segments<T> placed = place;
        List<List<Entry<T>>> own = ENDS.stream().map(this::own).toList();
        if (depth == way.size()) {
            own = ENDS.stream().map(end -> with(own(end), end, out, in)).toList();
        } else if (PathPattern.place(way.get(depth))) {
            placed = child(place, way, depth, out, in);
        } else {
            String segment = way.get(depth);
            children = fixed.with(segment, child(fixed.get(segment, 0, segment.length()), way, depth, out, in));
        }
        if (in != null && (out == null || in.priority() == out.priority())) {
            return new Segments<>(children, placed, own, Math.max(highest, in.priority()));
        }
        return new Segments<>(children, placed, own, highest(children, placed, own));
    }

    /** Null when nothing is left. */
    private static <T> @Nullable Segments<T> child(
            @Nullable Segments<T> child, List<String> way, int depth, @Nullable Entry<T> out, @Nullable Entry<T> in) {
        Segments<T> from = child == null ? new Segments<>(new Growing<T>()) : child;
        Segments<T> changed = from.with(way, depth + 1, out, in);
        return changed.isEmpty() ? null : changed;
    }

    @SuppressWarnings("ReferenceEquality") // this very entry is meant: another route may say the same
    private static <T> List<Entry<T>> with(
            List<Entry<T>> some, PathPattern.End end, @Nullable Entry<T> out, @Nullable Entry<T> in) {
        List<Entry<T>> next = new ArrayList<>(some);
        next.removeIf(entry -> entry == out);
        if (in != null && in.rank().pattern().end() == end) {
            next.add(in);
            next.sort(Comparator.comparing(Entry::rank));
        }
        return List.copyOf(next);
    }

    private static <T> int highest(
            SpanMap<Segments<T>> children, @Nullable Segments<T> placed, List<List<Entry<T>>> own) {
        int[] most = {placed == null ? Integer.MIN_VALUE : placed.highest};
        children.forEach(child -> most[0] = Math.max(most[0], child.highest));
        own.forEach(some -> some.forEach(entry -> most[0] = Math.max(most[0], entry.priority())));
        return most[0];
    }

    boolean isEmpty() {
        return highest == Integer.MIN_VALUE;
    }

    /** The route of this name and match; null when it is not in the tree. */
    @Nullable
    Entry<T> named(String name, MatchRank rank) {
        Segments<T> node = this;
        for (String segment : rank.pattern().segments()) {
            node = PathPattern.place(segment) ? node.place : node.fixed.get(segment, 0, segment.length());
            if (node == null) {
                return null;
            }
        }
        return node.own(rank.pattern().end()).stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private List<Entry<T>> own(PathPattern.End end) {
        return switch (end) {
            case EXACT -> exact;
            case REGEX -> regex;
            case REST -> rest;
        };
    }

    /** Shows every route, in any order. */
    void forEach(Consumer<Entry<T>> action) {
        exact.forEach(action);
        regex.forEach(action);
        rest.forEach(action);
        fixed.forEach(child -> child.forEach(action));
        if (place != null) {
            place.forEach(action);
        }
    }

    /** The highest priority in the tree. */
    int highest() {
        return highest;
    }

    /**
     * Finds the best route for the rest of a path.
     *
     * @param path begins with a slash, or is an asterisk
     * @param end of the path, before its query
     * @param best what was found so far; a route of the same priority comes too late
     */
    @Nullable
    Entry<T> find(Exchange exchange, String path, int end, @Nullable Entry<T> best) {
        if (path.startsWith("/")) {
            return find(exchange, path, 1, end, best);
        }
        return path.equals("*") ? first(rest, exchange, best) : best;
    }

    private @Nullable Entry<T> find(Exchange exchange, String path, int from, int end, @Nullable Entry<T> best) {
        if (best != null && highest <= best.priority()) {
            return best;
        }
        Entry<T> found = best;
        if (from <= end) {
            int slash = path.indexOf('/', from);
            int stop = slash < 0 || slash > end ? end : slash;
            Segments<T> child = fixed.get(path, from, stop);
            if (child != null) {
                found = child.find(exchange, path, stop + 1, end, found);
            }
            if (place != null && stop > from) {
                found = place.find(exchange, path, stop + 1, end, found);
            }
        } else {
            found = first(exact, exchange, found);
        }
        return first(rest, exchange, first(regex, exchange, found));
    }

    private @Nullable Entry<T> first(List<Entry<T>> entries, Exchange exchange, @Nullable Entry<T> best) {
        for (int i = 0; i < entries.size(); i++) {
            Entry<T> entry = entries.get(i);
            if (best != null && entry.priority() <= best.priority()) {
                return best;
            }
            if (entry.conditions().hold(exchange)) {
                return entry;
            }
        }
        return best;
    }

    /** A node while the table is made. */
    private static final class Growing<T> {
        private final Map<String, Growing<T>> fixed = new LinkedHashMap<>();
        private final List<Entry<T>> entries = new ArrayList<>();
        private @Nullable Growing<T> place;

        Growing<T> child(String segment) {
            if (!PathPattern.place(segment)) {
                return fixed.computeIfAbsent(segment, any -> new Growing<>());
            }
            Growing<T> child = place == null ? new Growing<>() : place;
            place = child;
            return child;
        }
    }
}
