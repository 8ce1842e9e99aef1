// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import io.penstock.gateway.config.discovery.DiscoveryConfig;
import io.penstock.gateway.lookup.Dns;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of one cluster, as DNS or Consul tell them.
 *
 * <p>One virtual thread asks. What it hears is told when it differs from what was told last, in a stable order; at most {@value #MOST}
 * endpoints, the rest is left out and logged. While nobody answers nothing is told, so what was told last stays; then the pauses
 * between questions grow from {@link #MIN_PAUSE} to {@link #MAX_PAUSE}. An answer that there are no endpoints is an answer.
 *
 * <p>Safe for any thread.
 */
public final class EndpointSource implements AutoCloseable {
    /** The most endpoints that are told. */
    public static final int MOST = 1_000;

    static final Duration MIN_PAUSE = Duration.ofMillis(500);
    static final Duration MAX_PAUSE = Duration.ofSeconds(30);

    private static final System.Logger LOG = System.getLogger(EndpointSource.class.getName());

    private final String cluster;
    private final EndpointQuestion question;
    private volatile @Nullable Thread thread;
    private volatile @Nullable String problem = "not asked yet";
    private volatile boolean closed;

    EndpointSource(String cluster, EndpointQuestion question) {
        this.cluster = cluster;
        this.question = question;
    }

    /** A source for this cluster; it asks nobody before {@link #start}. */
    public static EndpointSource of(String cluster, DiscoveryConfig config) {
        EndpointQuestion question = config.consul()
                .<EndpointQuestion>map(ConsulQuestion::new)
                .orElseGet(() -> config.dns()
                        .map(one -> new DnsQuestion(
                                one, one.servers().isEmpty() ? Dns.ofSystem() : Dns.of(servers(one.servers()))))
                        .orElseThrow());
        return new EndpointSource(cluster, question);
    }

    private static List<InetSocketAddress> servers(List<String> texts) {
        List<InetSocketAddress> servers = new ArrayList<>();
        for (String text : texts) {
            int colon = text.lastIndexOf(':');
            try {
                // checked to be an IP address: nothing is looked up
                InetAddress address = InetAddress.getByName(text.substring(0, colon));
                servers.add(new InetSocketAddress(address, Integer.parseInt(text.substring(colon + 1))));
            } catch (UnknownHostException e) {
                throw new IllegalStateException(text + " was to be an IP address", e);
            }
        }
        return servers;
    }

    /**
     * Begins to ask; returns at once.
     *
     * @param changed told every change on the source's thread: one list of all endpoints, empty when there are none. What it throws is
     *     logged and changes nothing here
     */
    public synchronized void start(Consumer<List<DiscoveredEndpoint>> changed) {
        if (thread != null || closed) {
            throw new IllegalStateException("a source starts once");
        }
        Thread asking = Thread.ofVirtual().name("endpoints of " + cluster).unstarted(() -> run(changed));
        thread = asking;
        asking.start();
    }

    /** Why the last question had no answer, or null when it had one. */
    public @Nullable String problem() {
        return problem;
    }

    /** Ends the questions; nothing is told from the moment it returns on, except by a call that is under way. */
    @Override
    public synchronized void close() {
        closed = true;
        Thread asking = thread;
        if (asking == null) {
            question.close();
        } else {
            asking.interrupt();
        }
    }

    private void run(Consumer<List<DiscoveredEndpoint>> changed) {
        List<DiscoveredEndpoint> told = null;
        int failures = 0;
        try (question) {
            while (!closed) {
                Duration pause;
                try {
                    EndpointQuestion.Answer answer = question.ask();
                    List<DiscoveredEndpoint> found = ordered(answer.endpoints());
                    answered();
                    failures = 0;
                    if (!found.equals(told)) {
                        told = found;
                        tell(changed, found);
                    }
                    pause = answer.pause();
                } catch (IOException e) {
                    failed(e);
                    pause = pause(failures++);
                }
                Thread.sleep(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answered() {
        if (problem != null) {
            LOG.log(System.Logger.Level.INFO, "cluster {0}: {1} answers", cluster, question.text());
        }
        problem = null;
    }

    private void failed(IOException why) {
        String text = String.valueOf(why.getMessage());
        if (!closed && !text.equals(problem)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "cluster {0}: {1} does not tell endpoints, the last known ones stay: {2}",
                    cluster,
                    question.text(),
                    text);
        }
        problem = text;
    }

    private void tell(Consumer<List<DiscoveredEndpoint>> changed, List<DiscoveredEndpoint> found) {
        LOG.log(
                found.isEmpty() ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
                "cluster {0}: {1} tells {2} endpoints",
                cluster,
                question.text(),
                found.size());
        if (closed) {
            return;
        }
        try {
            changed.accept(found);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "cluster " + cluster + ": new endpoints were not taken", e);
        }
    }

    private List<DiscoveredEndpoint> ordered(List<DiscoveredEndpoint> found) {
        Map<String, DiscoveredEndpoint> different = new LinkedHashMap<>();
        found.stream().sorted(DiscoveredEndpoint.ORDER).forEach(one -> different.putIfAbsent(one.address(), one));
        if (different.size() > MOST) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "cluster {0}: {1} endpoints were found, {2} are used",
                    cluster,
                    different.size(),
                    MOST);
        }
        return different.values().stream().limit(MOST).toList();
    }

    /** Doubles with each failure in a row, give or take a quarter: many gateways must not ask at the same instants. */
    private static Duration pause(int failures) {
        long longest = Math.min(MAX_PAUSE.toMillis(), MIN_PAUSE.toMillis() << Math.min(failures, 10));
        return Duration.ofMillis(longest * 3 / 4 + ThreadLocalRandom.current().nextLong(longest / 2 + 1));
    }
}
