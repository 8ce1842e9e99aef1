// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.config.ClusterConfig;
import io.penstock.gateway.config.EndpointConfig;
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
     * @param before the clusters of the configuration before: one that is the same is kept, with all it has learnt, unless it falls back
     *     to another
     */
    public Clusters(
            List<ClusterConfig> configs, EndpointOpener opener, NameCache names, Time time, @Nullable Clusters before) {
        for (ClusterConfig config : configs) {
            Cluster old = before == null ? null : before.byName.get(config.name());
            if (before != null
                    && old != null
                    && old.config().equals(config)
                    && config.fallback().isEmpty()) {
                byName.put(config.name(), old);
                EndpointSource source = before.sources.get(old);
                if (source != null) {
                    sources.put(old, source);
                }
            } else {
                Cluster made = new Cluster(config, opener, names, time, this::cluster);
                byName.put(config.name(), made);
                fresh.add(made);
                config.discovery().ifPresent(one -> sources.put(made, EndpointSource.of(config.name(), one)));
            }
        }
    }

    /** The cluster of this name, which exists. */
    public Cluster cluster(String name) {
        return Objects.requireNonNull(byName.get(name), name);
    }

    /**
     * Begins the health checks of those that are new, and to ask for their endpoints; a cluster that discovers them has none before the
     * first answer.
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
        for (Cluster cluster : byName.values()) {
            if (other == null || !other.byName.containsValue(cluster)) {
                EndpointSource source = sources.get(cluster);
                if (source != null) {
                    source.close();
                }
                cluster.close();
            }
        }
    }
}
