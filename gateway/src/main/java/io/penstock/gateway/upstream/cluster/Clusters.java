// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.config.cluster.ClusterConfig;
import io.penstock.gateway.config.cluster.EndpointConfig;
import io.penstock.gateway.config.cluster.FallbackConfig;
import io.penstock.gateway.lookup.NameCache;
import io.penstock.gateway.upstream.discovery.DiscoveredEndpoint;
import io.penstock.gateway.upstream.discovery.EndpointSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The clusters of one configuration, by name. */
public final class Clusters {
    private final Map<String, Cluster> byName = new LinkedHashMap<>();
    private final Map<Cluster, EndpointSource> sources = new LinkedHashMap<>();
    private final List<Cluster> fresh = new ArrayList<>();

    /**
     * Builds them; nothing is asked, checked or sent before {@link #start}.
     *
     * @param before the clusters of the configuration before. One that is the same, with a fallback that is the same, is kept; one that
     *     is not inherits what the other has learnt and what still holds
     */
    public Clusters(
            List<ClusterConfig> configs, EndpointOpener opener, NameCache names, Time time, @Nullable Clusters before) {
        Map<String, ClusterConfig> wanted = new LinkedHashMap<>();
        configs.forEach(config -> wanted.put(config.name(), config));
        Map<String, Cluster> fallbacks = new LinkedHashMap<>(); // a cluster that is kept must not keep all of these
        for (ClusterConfig config : configs) {
            Cluster old = before == null ? null : before.byName.get(config.name());
            if (before != null && old != null && before.holds(config, wanted)) {
                byName.put(config.name(), old);
                EndpointSource source = before.sources.get(old);
                if (source != null) {
                    sources.put(old, source);
                }
            } else {
                Cluster made = new Cluster(config, opener, names, time, name -> found(fallbacks, name), old);
                byName.put(config.name(), made);
                fresh.add(made);
                config.discovery().ifPresent(one -> sources.put(made, EndpointSource.of(config.name(), one)));
            }
        }
        configs.forEach(config -> config.fallback()
                .flatMap(FallbackConfig::cluster)
                .ifPresent(name -> fallbacks.put(name, cluster(name))));
    }

    private static Cluster found(Map<String, Cluster> clusters, String name) {
        return Objects.requireNonNull(clusters.get(name), name);
    }

    /** Whether the cluster of this name, and each that it falls back to, is as the wanted ones say; fallbacks make no circle. */
    private boolean holds(ClusterConfig config, Map<String, ClusterConfig> wanted) {
        Cluster old = byName.get(config.name());
        if (old == null || !old.config().equals(config)) {
            return false;
        }
        Optional<String> next = config.fallback().flatMap(FallbackConfig::cluster);
        return next.isEmpty() || holds(Objects.requireNonNull(wanted.get(next.get())), wanted);
    }

    /** The cluster of this name, which exists. */
    public Cluster cluster(String name) {
        return found(byName, name);
    }

    /**
     * Begins the health checks of those that are new, and to ask for their endpoints; a cluster that discovers them has those that it
     * inherited, or none, before the first answer.
     */
    public void start() {
        for (Cluster cluster : fresh) {
            cluster.start();
            EndpointSource source = sources.get(cluster);
            if (source != null) {
                source.start(found ->
                        cluster.endpoints(found.stream().map(Clusters::endpoint).toList()));
            }
        }
    }

    private static EndpointConfig endpoint(DiscoveredEndpoint found) {
        Optional<String> hostname = Optional.of(found.hostname()).filter(name -> !name.isEmpty());
        return new EndpointConfig(found.address(), hostname, found.weight(), false, found.priority(), Optional.empty());
    }

    /** Looks at the clock; called a few times a second. */
    public void upkeep(long nowNanos) {
        byName.values().forEach(cluster -> cluster.upkeep(nowNanos));
    }

    /** What they are like now, in the order of the configuration. */
    public List<ClusterReport> reports() {
        return byName.values().stream().map(Cluster::report).toList();
    }

    /** Ends the questions and the health checks of those that the other does not have; of all when there is none. */
    public void closeUnless(@Nullable Clusters other) {
        byName.forEach((name, cluster) -> {
            if (other == null || other.byName.get(name) != cluster) {
                EndpointSource source = sources.get(cluster);
                if (source != null) {
                    source.close();
                }
                cluster.close();
            }
        });
    }
}
