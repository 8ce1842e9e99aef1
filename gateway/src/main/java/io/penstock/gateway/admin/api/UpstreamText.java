// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin.api;

import io.penstock.gateway.admin.answer.AdminRefusal;
import io.penstock.gateway.config.dynamic.DocumentText;
import io.penstock.gateway.config.read.Units;
import io.penstock.gateway.config.read.YamlNode;
import io.penstock.gateway.config.read.YamlNode.Mapping;
import io.penstock.gateway.config.read.YamlNode.Scalar;
import io.penstock.gateway.config.read.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Servers of an upstream as the cluster that they make, and back. */
final class UpstreamText {
    private static final String OUTLIER = "outlier";
    private static final String MAX_FAILS = "max-fails";
    private static final String FAIL_TIMEOUT = "fail-timeout";

    private UpstreamText() {}

    /**
     * The cluster with these endpoints; what else it had stays.
     *
     * @throws AdminRefusal they differ in what is one for a cluster
     */
    static Mapping cluster(Mapping before, List<UpstreamServer> servers) {
        List<YamlNode> endpoints = new ArrayList<>();
        List<YamlNode> drained = new ArrayList<>();
        for (UpstreamServer server : servers) {
            endpoints.add(endpoint(server));
            if (server.down()) {
                drained.add(DocumentText.text(server.address()));
            }
        }
        Mapping cluster = DocumentText.with(before, "endpoints", Optional.of(DocumentText.list(endpoints)));
        cluster = DocumentText.with(cluster, "discovery", Optional.empty());
        cluster = DocumentText.with(
                cluster,
                EndpointDrain.DRAINED,
                drained.isEmpty() ? Optional.empty() : Optional.of(DocumentText.list(drained)));
        Mapping outlier = outlier(before, servers);
        return DocumentText.with(
                cluster, OUTLIER, outlier.entries().isEmpty() ? Optional.empty() : Optional.of(outlier));
    }

    private static YamlNode endpoint(UpstreamServer server) {
        if (server.weight() == 1 && !server.backup()) {
            return DocumentText.text(server.address());
        }
        Map<String, YamlNode> keys = new LinkedHashMap<>();
        keys.put("address", DocumentText.text(server.address()));
        keys.put("weight", DocumentText.literal(server.weight()));
        if (server.backup()) {
            keys.put("backup", DocumentText.literal(true));
        }
        return DocumentText.keys(keys);
    }

    private static Mapping outlier(Mapping before, List<UpstreamServer> servers) {
        Mapping outlier = before.entries().get(OUTLIER) instanceof Mapping had ? had : DocumentText.keys(Map.of());
        Optional<Integer> fails = same(servers, UpstreamServer::maxFails, "max_fails");
        Optional<Integer> timeout = same(servers, UpstreamServer::failTimeoutSeconds, "fail_timeout");
        if (fails.isPresent()) {
            outlier = DocumentText.with(
                    outlier, MAX_FAILS, fails.filter(count -> count > 0).map(DocumentText::literal));
        }
        if (timeout.isPresent()) {
            outlier =
                    DocumentText.with(outlier, FAIL_TIMEOUT, timeout.map(seconds -> DocumentText.text(seconds + "s")));
        }
        return outlier;
    }

    private static Optional<Integer> same(
            List<UpstreamServer> servers, Function<UpstreamServer, Optional<Integer>> value, String name) {
        Set<Optional<Integer>> values = new HashSet<>();
        servers.forEach(server -> values.add(value.apply(server)));
        if (values.size() > 1) {
            throw AdminRefusal.invalid(
                    name + " differs between servers, expected the same for all: it is one of the whole cluster");
        }
        return values.iterator().next();
    }

    /** The servers of a cluster; of one that discovers them, none. */
    static List<UpstreamServer> servers(Mapping cluster) {
        Set<String> drained = new HashSet<>();
        if (cluster.entries().get(EndpointDrain.DRAINED) instanceof Sequence list) {
            list.items().forEach(item -> drained.add(text(item).orElse("")));
        }
        Map<String, YamlNode> outlier =
                cluster.entries().get(OUTLIER) instanceof Mapping had ? had.entries() : Map.of();
        Optional<Integer> fails = text(outlier.get(MAX_FAILS)).flatMap(UpstreamText::number);
        Optional<Integer> timeout = text(outlier.get(FAIL_TIMEOUT))
                .flatMap(Units::duration)
                .map(duration -> Math.toIntExact(Math.max(1, duration.toSeconds())));
        List<UpstreamServer> servers = new ArrayList<>();
        if (cluster.entries().get("endpoints") instanceof Sequence list) {
            for (YamlNode item : list.items()) {
                Map<String, YamlNode> keys = item instanceof Mapping mapping ? mapping.entries() : Map.of();
                String address = text(item).or(() -> text(keys.get("address"))).orElse("");
                servers.add(new UpstreamServer(
                        address,
                        text(keys.get("weight")).flatMap(UpstreamText::number).orElse(1),
                        text(keys.get("backup")).filter("true"::equals).isPresent(),
                        drained.contains(address),
                        fails,
                        timeout));
            }
        }
        return servers;
    }

    private static Optional<String> text(@Nullable YamlNode node) {
        return node instanceof Scalar scalar && !scalar.absent() ? Optional.of(scalar.text()) : Optional.empty();
    }

    private static Optional<Integer> number(String text) {
        return text.matches("[0-9]{1,7}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
    }
}
