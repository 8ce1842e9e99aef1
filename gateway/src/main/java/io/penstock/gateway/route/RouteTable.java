// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Routes by host and path prefix, compiled once; immutable and safe for any thread.
 *
 * <p>A route with a host wins over one without, then the longest prefix wins. A prefix matches whole segments: {@code /a} matches
 * {@code /a}, {@code /a/b} and {@code /a?q}, not {@code /ab}. The path is compared as it was sent.
 *
 * @param <T> what a match yields
 */
public final class RouteTable<T> {

    private record Entry<T>(String prefix, T value) {}

    private final Map<String, List<Entry<T>>> byHost;
    private final List<Entry<T>> anyHost;

    private RouteTable(Map<String, List<Entry<T>>> byHost, List<Entry<T>> anyHost) {
        this.byHost = byHost;
        this.anyHost = anyHost;
    }

    /** Collects routes, then compiles them. */
    public static final class Builder<T> {
        private final Map<String, List<Entry<T>>> byHost = new HashMap<>();
        private final List<Entry<T>> anyHost = new ArrayList<>();

        /** Adds a route; the checks of the configuration have excluded a second one of the same host and prefix. */
        public Builder<T> add(Optional<String> host, String prefix, T value) {
            List<Entry<T>> entries = host.map(name -> byHost.computeIfAbsent(lower(name), any -> new ArrayList<>()))
                    .orElse(anyHost);
            entries.add(new Entry<>(prefix, value));
            return this;
        }

        /** Compiles what was added. */
        public RouteTable<T> build() {
            Map<String, List<Entry<T>>> hosts = new HashMap<>();
            byHost.forEach((host, entries) -> hosts.put(host, sorted(entries)));
            return new RouteTable<>(Map.copyOf(hosts), sorted(anyHost));
        }

        private static <T> List<Entry<T>> sorted(List<Entry<T>> entries) {
            return entries.stream()
                    .sorted(Comparator.comparingInt(
                                    (Entry<T> entry) -> entry.prefix().length())
                            .reversed())
                    .toList();
        }
    }

    /**
     * Finds the route of a request.
     *
     * @param authority host with or without port; empty when the request names none
     * @param path path and query
     * @return null when none matches
     */
    public @Nullable T match(String authority, String path) {
        if (!byHost.isEmpty()) {
            List<Entry<T>> entries = byHost.get(host(authority));
            T found = entries == null ? null : find(entries, path);
            if (found != null) {
                return found;
            }
        }
        return find(anyHost, path);
    }

    private static <T> @Nullable T find(List<Entry<T>> entries, String path) {
        for (int i = 0; i < entries.size(); i++) {
            Entry<T> entry = entries.get(i);
            if (matches(entry.prefix(), path)) {
                return entry.value();
            }
        }
        return null;
    }

    private static boolean matches(String prefix, String path) {
        if (!path.startsWith(prefix)) {
            return prefix.equals("/") && path.equals("*");
        }
        if (prefix.endsWith("/") || path.length() == prefix.length()) {
            return true;
        }
        char next = path.charAt(prefix.length());
        return next == '/' || next == '?';
    }

    private static String host(String authority) {
        int colon = authority.lastIndexOf(':');
        boolean port = colon > 0 && authority.indexOf(']', colon) < 0;
        return lower(port ? authority.substring(0, colon) : authority);
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
