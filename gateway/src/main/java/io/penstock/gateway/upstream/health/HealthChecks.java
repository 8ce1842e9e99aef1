// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.health;

import io.penstock.gateway.config.cluster.HealthCheckConfig;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.lookup.Target;
import io.penstock.gateway.upstream.dial.ClientTls;
import io.penstock.gateway.wire.ProxyHeader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Checks the endpoints of one cluster, each on a virtual thread of its own for as long as it belongs to the cluster. At most {@value
 * #MOST_AT_ONCE} checks of a cluster run at a time.
 */
public final class HealthChecks implements AutoCloseable {
    static final int MOST_AT_ONCE = 64;
    private static final byte[] NOTHING = {};

    private final HealthCheckConfig config;
    private final Probe probe;
    private final RandomGenerator random;
    private final Semaphore running = new Semaphore(MOST_AT_ONCE);
    private final ConcurrentHashMap<EndpointHealth, Thread> threads = new ConcurrentHashMap<>();

    /** Prepares checks in the way of the configuration. */
    public static HealthChecks of(HealthCheckConfig config, UpstreamConfig upstream, RandomGenerator random) {
        return new HealthChecks(config, probe(config, upstream), random);
    }

    HealthChecks(HealthCheckConfig config, Probe probe, RandomGenerator random) {
        this.config = config;
        this.probe = probe;
        this.random = random;
    }

    private static Probe probe(HealthCheckConfig config, UpstreamConfig upstream) {
        Connections connections = new Connections(config, upstream);
        return switch (config.type()) {
            case TCP ->
                (address, hostname, authority) -> {
                    connections.open(address, hostname).close();
                    return "connected";
                };
            case GRPC -> {
                Http2Probe http2 = new Http2Probe(config);
                yield (address, hostname, authority) -> {
                    try (ProbeSocket socket = connections.open(address, hostname)) {
                        return http2.ask(socket, authority);
                    }
                };
            }
            case HTTP -> {
                Http1Probe http1 = new Http1Probe(config);
                Http2Probe http2 = new Http2Probe(config);
                yield (address, hostname, authority) -> {
                    try (ProbeSocket socket = connections.open(address, hostname)) {
                        boolean two = connections.http2(socket);
                        return two ? http2.ask(socket, authority) : http1.ask(socket, authority);
                    }
                };
            }
        };
    }

    /** Opens sockets of probes as the cluster's policy says. */
    private static final class Connections {
        private final HealthCheckConfig config;
        private final UpstreamConfig upstream;
        private volatile @Nullable ClientTls tls;

        Connections(HealthCheckConfig config, UpstreamConfig upstream) {
            this.config = config;
            this.upstream = upstream;
        }

        ProbeSocket open(InetSocketAddress address, String hostname) throws IOException {
            if (upstream.tls().isEmpty()) {
                return new ProbeSocket(address, config.timeout(), first(), null, hostname);
            }
            ClientTls ours = tls;
            if (ours == null) { // made twice at most: threads that come together
                ours = ClientTls.of(upstream.tls().get());
                tls = ours;
            }
            String[] protocols = config.type() == HealthCheckConfig.Type.GRPC ? new String[] {"h2"} : protocols();
            ProbeSocket socket = new ProbeSocket(address, config.timeout(), first(), ours, hostname, protocols);
            if (protocols[0].equals("h2")
                    && protocols.length == 1
                    && !socket.protocol().equals("h2")) {
                socket.close();
                throw new IOException("the endpoint does not choose h2 by ALPN");
            }
            return socket;
        }

        /** What the endpoint's own port expects first; another port is not the one that exchanges are sent to. */
        private byte[] first() {
            if (config.port().isPresent()) {
                return NOTHING;
            }
            return switch (upstream.proxyProtocol()) {
                case OFF -> NOTHING;
                case V1 -> ProxyHeader.v1Unknown();
                case V2 -> ProxyHeader.v2Local();
            };
        }

        private String[] protocols() {
            return switch (upstream.protocol()) {
                case H2C, H2 -> new String[] {"h2"};
                case HTTP1 -> new String[] {"http/1.1"};
                case AUTO -> new String[] {"h2", "http/1.1"};
            };
        }

        boolean http2(ProbeSocket socket) {
            return switch (upstream.protocol()) {
                case H2C, H2 -> true;
                case HTTP1 -> false;
                case AUTO -> socket.protocol().equals("h2");
            };
        }
    }

    /**
     * Begins to check an endpoint, at once and then in intervals.
     *
     * @param name for people
     * @param target resolves its name; may block
     */
    public void add(EndpointHealth endpoint, String name, Callable<Target> target) {
        threads.computeIfAbsent(
                endpoint, key -> Thread.ofVirtual().name("check " + name).start(() -> run(endpoint, target)));
    }

    /** Ends the checks of an endpoint. */
    public void remove(EndpointHealth endpoint) {
        Thread thread = threads.remove(endpoint);
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void run(EndpointHealth endpoint, Callable<Target> target) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                running.acquire();
                try {
                    check(endpoint, target);
                } finally {
                    running.release();
                }
                TimeUnit.NANOSECONDS.sleep(pauseNanos());
            }
        } catch (InterruptedException e) {
            // removed, or the gateway ends
        }
    }

    private void check(EndpointHealth endpoint, Callable<Target> target) {
        boolean ok = false;
        String found;
        try {
            Target resolved = target.call();
            int port = config.port().orElse(resolved.address().getPort());
            InetSocketAddress address = new InetSocketAddress(resolved.address().getAddress(), port);
            found = probe.check(address, resolved.hostname(), config.host().orElse(resolved.authority()));
            ok = true;
        } catch (IOException e) {
            found = String.valueOf(e.getMessage());
        } catch (Exception e) { // the name has no address, and whatever else: the endpoint could not be asked
            found = e.toString();
        }
        endpoint.checked(ok, found, config.healthy(), config.unhealthy());
    }

    /** A tenth more or less, so that checks do not gather. */
    private long pauseNanos() {
        long interval = config.interval().toNanos();
        return interval - interval / 10 + random.nextLong(interval / 5 + 1);
    }

    @Override
    public void close() {
        threads.values().forEach(Thread::interrupt);
        threads.clear();
    }
}
