// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import io.penstock.gateway.config.cluster.ClusterConfig;
import io.penstock.gateway.config.dynamic.DynamicConfig;
import io.penstock.gateway.config.filter.ForwardedConfig;
import io.penstock.gateway.config.filter.NamedFilterConfig;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.route.RouteConfig;
import io.penstock.gateway.config.store.StoreConfig;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Everything that one configuration file says.
 *
 * <p>Names are unique in their section, what one section names exists in the other, and no two listeners want the same port of the
 * same address.
 *
 * @param listeners one or more
 * @param routes one or more, tried in order of specificity
 * @param lookups what routes name under {@code lookup}, default none
 * @param clusters what routes name under {@code cluster}, default none
 * @param stores what lookups name under {@code store}, default none
 * @param filters what routes name under {@code filters}, default none
 * @param globalFilters names of those that run on every route, before the route's own, default none
 * @param admin all with defaults
 * @param accessLog all with defaults
 * @param drain all with defaults
 * @param trusted networks whose callers see causes and whose forwarding fields are kept, default none
 * @param trustedHops 1 to 16; how many proxies stand before this one, whatever their addresses: their forwarding fields are kept, and
 *     the client is the one before them; absent means that {@code trusted} says it
 * @param clientField in which field those proxies name the client, {@code x-forwarded-for} or {@code forwarded}, default the first
 * @param forwarded what upstreams are told about callers, all with defaults
 * @param eventLoops 0 to 256; on how many threads cleartext HTTP/1.1 connections wait and small exchanges are served, default 0: one for
 *     each processor
 * @param dynamic what changes while the gateway runs; absent means that this file says everything. With it {@code routes} may be empty
 */
public record GatewayConfig(
        List<ListenerConfig> listeners,
        List<RouteConfig> routes,
        List<LookupConfig> lookups,
        List<ClusterConfig> clusters,
        List<StoreConfig> stores,
        List<NamedFilterConfig> filters,
        List<String> globalFilters,
        AdminConfig admin,
        AccessLogConfig accessLog,
        DrainConfig drain,
        List<Cidr> trusted,
        Optional<Integer> trustedHops,
        ClientField clientField,
        ForwardedConfig forwarded,
        int eventLoops,
        Optional<DynamicConfig> dynamic) {

    public GatewayConfig {
        listeners = List.copyOf(listeners);
        routes = List.copyOf(routes);
        lookups = List.copyOf(lookups);
        clusters = List.copyOf(clusters);
        stores = List.copyOf(stores);
        filters = List.copyOf(filters);
        globalFilters = List.copyOf(globalFilters);
        trusted = List.copyOf(trusted);
        var check = new Check().notEmpty("listeners", listeners);
        if (dynamic.isEmpty()) {
            check.notEmpty("routes", routes);
        }
        check.range("event-loops", eventLoops, 0, 256);
        trustedHops.ifPresent(hops -> check.range("trusted-hops", hops, 1, 16));
        var references = new References(check);
        references.names("listeners", listeners, ListenerConfig::name);
        references.names("routes", routes, RouteConfig::name);
        references.names("lookups", lookups, LookupConfig::name);
        references.names("clusters", clusters, ClusterConfig::name);
        references.names("stores", stores, StoreConfig::name);
        references.names("filters", filters, NamedFilterConfig::name);
        references.ports(listeners, admin);
        references.stores(lookups, stores);
        references.dynamic(dynamic, stores);
        references.targets(routes, clusters, lookups);
        references.fallbacks(clusters);
        references.matches(routes);
        FilterReferences policies = new FilterReferences(check, filters);
        policies.check(globalFilters, routes, clusters, stores);
        policies.checkCertificates(listeners);
        check.done();
    }

    static GatewayConfig from(ConfigNode node) {
        return new GatewayConfig(
                node.list("listeners", ListenerConfig::from),
                node.list("routes", RouteConfig::from),
                node.list("lookups", LookupConfig::from),
                node.list("clusters", ClusterConfig::from),
                node.list("stores", StoreConfig::from),
                node.list("filters", NamedFilterConfig::from),
                node.parsedList("global-filters", List.of(), Function.identity()),
                node.child("admin", AdminConfig::from),
                node.child("access-log", AccessLogConfig::from),
                node.child("drain", DrainConfig::from),
                node.parsedList("trusted", List.of(), Cidr::parse),
                node.optionalInteger("trusted-hops"),
                node.choice("client-field", ClientField.X_FORWARDED_FOR),
                node.child("forwarded", ForwardedConfig::from),
                node.integer("event-loops", 0),
                node.optionalChild("dynamic", DynamicConfig::from));
    }

    /**
     * This one with other parts in the place of its own.
     *
     * @throws ConfigException they do not fit
     */
    public GatewayConfig with(
            List<RouteConfig> otherRoutes,
            List<LookupConfig> otherLookups,
            List<ClusterConfig> otherClusters,
            List<NamedFilterConfig> otherFilters) {
        return new GatewayConfig(
                listeners,
                otherRoutes,
                otherLookups,
                otherClusters,
                stores,
                otherFilters,
                globalFilters,
                admin,
                accessLog,
                drain,
                trusted,
                trustedHops,
                clientField,
                forwarded,
                eventLoops,
                dynamic);
    }

    /**
     * Checks that this configuration can take the place of one that runs.
     *
     * @throws ConfigException naming each part that a running process cannot change
     */
    public void checkReplacement(GatewayConfig running) {
        Check check = new Check();
        for (int i = 0; i < listeners.size(); i++) {
            ListenerConfig wanted = listeners.get(i);
            check.that(
                    "listeners[" + i + "].backlog",
                    running.listeners.stream().noneMatch(wanted::differsInBacklog),
                    wanted.backlog(),
                    "differs from what runs at that address, expected a restart for that");
        }
        check.that(
                        "dynamic",
                        dynamic.equals(running.dynamic) && storeOfDynamic().equals(running.storeOfDynamic()),
                        "",
                        "or its store differs from what runs, expected a restart for that")
                .that(
                        "access-log",
                        accessLog.equals(running.accessLog),
                        "",
                        "differs from what runs, expected a restart for that")
                .that(
                        "event-loops",
                        eventLoops == running.eventLoops,
                        "",
                        "differs from what runs, expected a restart for that")
                .done();
    }

    /** Whether callers and proxies are believed as by the other one. */
    public boolean believesAs(GatewayConfig other) {
        return trusted.equals(other.trusted)
                && trustedHops.equals(other.trustedHops)
                && clientField == other.clientField;
    }

    private Optional<StoreConfig> storeOfDynamic() {
        return dynamic.flatMap(DynamicConfig::store)
                .flatMap(name -> stores.stream()
                        .filter(store -> store.name().equals(name))
                        .findFirst());
    }
}
