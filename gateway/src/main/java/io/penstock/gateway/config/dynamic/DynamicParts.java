// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.dynamic;

import io.penstock.gateway.config.GatewayConfig;
import io.penstock.gateway.config.cluster.ClusterConfig;
import io.penstock.gateway.config.filter.NamedFilterConfig;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.Problem;
import io.penstock.gateway.config.route.RouteConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What documents say, read: records by name for each kind. Immutable; what did not change is shared between one and the next. One with the name
 * of an entry of the file takes its place.
 */
public final class DynamicParts {
    public static final DynamicParts NONE = new DynamicParts(new EnumMap<>(DocumentKind.class));

    private static final Pattern PLACE = Pattern.compile("(routes|clusters|filters|lookups)\\[([0-9]+)](.*)");

    private final Map<DocumentKind, NavigableMap<String, Object>> parts;

    private DynamicParts(Map<DocumentKind, NavigableMap<String, Object>> parts) {
        this.parts = parts;
    }

    /** The record of a document; null when there is none. */
    public @Nullable Object get(DocumentName name) {
        return of(name.kind()).get(name.name());
    }

    private NavigableMap<String, Object> of(DocumentKind kind) {
        return parts.getOrDefault(kind, new TreeMap<>());
    }

    /** How many there are. */
    public int size() {
        return parts.values().stream().mapToInt(Map::size).sum();
    }

    /** With these records in the place of the former; null removes one. */
    public DynamicParts with(Map<DocumentName, Optional<Object>> changes) {
        Map<DocumentKind, NavigableMap<String, Object>> next = new EnumMap<>(DocumentKind.class);
        next.putAll(parts);
        Map<DocumentKind, NavigableMap<String, Object>> own = new HashMap<>();
        changes.forEach((name, record) -> {
            NavigableMap<String, Object> kind = own.computeIfAbsent(name.kind(), of -> new TreeMap<>(of(of)));
            record.ifPresentOrElse(value -> kind.put(name.name(), value), () -> kind.remove(name.name()));
        });
        next.putAll(own);
        return new DynamicParts(next);
    }

    /**
     * The file's configuration with these in it.
     *
     * @throws ConfigException they do not fit together; paths of problems name documents, {@code routes/orders.cluster}
     */
    public GatewayConfig over(GatewayConfig file) {
        List<RouteConfig> routes = merged(file.routes(), RouteConfig::name, DocumentKind.ROUTES, RouteConfig.class);
        List<ClusterConfig> clusters =
                merged(file.clusters(), ClusterConfig::name, DocumentKind.CLUSTERS, ClusterConfig.class);
        List<NamedFilterConfig> filters =
                merged(file.filters(), NamedFilterConfig::name, DocumentKind.FILTERS, NamedFilterConfig.class);
        List<LookupConfig> lookups =
                merged(file.lookups(), LookupConfig::name, DocumentKind.LOOKUPS, LookupConfig.class);
        try {
            return file.with(routes, lookups, clusters, filters);
        } catch (ConfigException e) {
            throw new ConfigException(e.problems().stream()
                    .map(problem -> named(problem, routes, clusters, filters, lookups))
                    .toList());
        }
    }

    private <T> List<T> merged(List<T> file, Function<T, String> name, DocumentKind kind, Class<T> type) {
        NavigableMap<String, Object> own = of(kind);
        if (own.isEmpty()) {
            return file;
        }
        List<T> all = new ArrayList<>(file.size() + own.size());
        Set<String> inFile = new HashSet<>();
        for (T one : file) {
            Object instead = own.get(name.apply(one));
            all.add(instead == null ? one : type.cast(instead));
            inFile.add(name.apply(one));
        }
        own.forEach((key, record) -> {
            if (inFile.isEmpty() || !inFile.contains(key)) {
                all.add(type.cast(record));
            }
        });
        return all;
    }

    private static Problem named(
            Problem problem,
            List<RouteConfig> routes,
            List<ClusterConfig> clusters,
            List<NamedFilterConfig> filters,
            List<LookupConfig> lookups) {
        Matcher place = PLACE.matcher(problem.path());
        if (!place.matches()) {
            return problem;
        }
        int index = Integer.parseInt(place.group(2));
        String name =
                switch (place.group(1)) {
                    case "routes" -> routes.get(index).name();
                    case "clusters" -> clusters.get(index).name();
                    case "filters" -> filters.get(index).name();
                    default -> lookups.get(index).name();
                };
        return new Problem(
                place.group(1) + "/" + name + place.group(3), problem.found(), problem.verdict(), problem.place());
    }

    /** Which document of these a problem is about; empty when it is about the file. */
    public Optional<DocumentName> about(Problem problem) {
        int slash = problem.path().indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        Collection<DocumentKind> kinds =
                DocumentKind.of(problem.path().substring(0, slash)).stream().toList();
        String rest = problem.path().substring(slash + 1);
        // a name may have dots, as the path behind it has: the longest one that there is
        return kinds.stream()
                .flatMap(kind -> of(kind).keySet().stream()
                        .filter(name -> rest.equals(name) || rest.startsWith(name + ".") || rest.startsWith(name + "["))
                        .map(name -> new DocumentName(kind, name)))
                .max((one, other) ->
                        Integer.compare(one.name().length(), other.name().length()));
    }
}
