// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import io.penstock.gateway.config.discovery.DnsDiscoveryConfig;
import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.lookup.Dns;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Endpoints from A, AAAA and SRV records.
 *
 * <p>Asks again when the shortest life of the records is over, within the configured bounds and up to a tenth earlier. The targets of
 * SRV records are asked for at the same time; for one that has no answer its last good addresses stay.
 */
final class DnsQuestion implements EndpointQuestion {
    private final DnsDiscoveryConfig config;
    private final Dns dns;
    /** Of the targets of the last SRV records. */
    private Map<String, Dns.Addresses> known = Map.of();

    DnsQuestion(DnsDiscoveryConfig config, Dns dns) {
        this.config = config;
        this.dns = dns;
    }

    @Override
    public Answer ask() throws IOException, InterruptedException {
        return switch (config.records()) {
            case ADDRESS -> addresses();
            case SRV -> services();
        };
    }

    private Answer addresses() throws IOException {
        Dns.Addresses found = dns.ask(config.name());
        List<DiscoveredEndpoint> endpoints = new ArrayList<>();
        for (InetAddress address : found.list()) {
            endpoints.add(endpoint(config.name(), address, config.port().orElseThrow(), 1, 0));
        }
        return new Answer(endpoints, pause(found.ttlSeconds()));
    }

    private Answer services() throws IOException, InterruptedException {
        Dns.Services found = dns.services(config.name());
        Map<String, Dns.Addresses> targets = targets(found.list());
        known = targets;
        long ttl = found.ttlSeconds();
        ServiceWeights scale = ServiceWeights.of(found.list());
        List<DiscoveredEndpoint> endpoints = new ArrayList<>();
        for (Dns.Service service : found.list()) {
            Dns.Addresses addresses = targets.get(service.host());
            if (addresses == null || service.port() == 0) {
                continue;
            }
            ttl = addresses.list().isEmpty() ? ttl : Math.min(ttl, addresses.ttlSeconds());
            for (InetAddress address : addresses.list()) {
                int weight = scale.weight(service, addresses.list().size());
                endpoints.add(endpoint(service.host(), address, service.port(), weight, scale.priority(service)));
            }
        }
        if (endpoints.isEmpty() && !found.list().isEmpty()) {
            throw new IOException("none of the targets of " + config.name() + " has an address");
        }
        return new Answer(endpoints, pause(ttl));
    }

    /** The addresses of every target; of those that have no answer, and never had one, there are none. */
    private Map<String, Dns.Addresses> targets(List<Dns.Service> services) throws InterruptedException {
        Map<String, Dns.Addresses> addresses = new HashMap<>();
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            Map<String, Future<Dns.Addresses>> asked = new HashMap<>();
            for (Dns.Service service : services.subList(0, Math.min(services.size(), EndpointSource.MOST))) {
                asked.computeIfAbsent(service.host(), host -> each.submit(() -> dns.ask(host)));
            }
            for (var entry : asked.entrySet()) {
                try {
                    addresses.put(entry.getKey(), entry.getValue().get());
                } catch (ExecutionException e) {
                    Dns.Addresses last = known.get(entry.getKey());
                    if (last != null) {
                        addresses.put(entry.getKey(), new Dns.Addresses(last.list(), 0));
                    }
                }
            }
        }
        return addresses;
    }

    private static DiscoveredEndpoint endpoint(String host, InetAddress address, int port, int weight, int priority) {
        return new DiscoveredEndpoint(DiscoveredEndpoint.address(Address.text(address), port), host, weight, priority);
    }

    private Duration pause(long ttlSeconds) {
        Duration life = Duration.ofSeconds(Math.min(ttlSeconds, Integer.MAX_VALUE));
        Duration shortest = life.compareTo(config.minRefresh()) < 0 ? config.minRefresh() : life;
        Duration bounded = shortest.compareTo(config.maxRefresh()) > 0 ? config.maxRefresh() : shortest;
        long millis = bounded.toMillis();
        return Duration.ofMillis(millis - ThreadLocalRandom.current().nextLong(millis / 10 + 1));
    }

    @Override
    public String text() {
        return "dns " + config.name();
    }

    @Override
    public void close() {}
}
