// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import io.penstock.gateway.config.discovery.ConsulDiscoveryConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Endpoints from Consul's health endpoint, asked by blocking queries: each one stays unanswered until something changes, or for the
 * configured time (<a href="https://developer.hashicorp.com/consul/api-docs/features/blocking">blocking queries</a>).
 *
 * <p>The index of an answer goes into the next question. An index that went backwards, after a restore for example, and a failure
 * begin anew without one; an index below 1 counts as 1, since without one nothing would block. Answers that come at once do not make
 * a busy loop: after a few of them the questions are at least {@link #LEAST_GAP} apart.
 */
final class ConsulQuestion implements EndpointQuestion {
    static final Duration LEAST_GAP = Duration.ofSeconds(1);

    private static final System.Logger LOG = System.getLogger(ConsulQuestion.class.getName());
    /** Questions that may follow each other at once. */
    private static final int BURST = 5;
    /** Beyond the asked time: Consul adds up to a sixteenth of it, and the network takes some. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ConsulDiscoveryConfig config;
    private final HttpClient client;
    private final String path;
    private long index;
    private int burst = BURST;
    private long lastNanos = System.nanoTime();

    ConsulQuestion(ConsulDiscoveryConfig config) {
        this.config = config;
        this.path = path(config);
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(config.connectTimeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(HttpClient.Builder.NO_PROXY)
                .build();
    }

    private static String path(ConsulDiscoveryConfig config) {
        StringBuilder path = new StringBuilder(config.url().replaceAll("/$", ""))
                .append("/v1/health/service/")
                .append(encoded(config.service()))
                .append("?wait=")
                .append(config.maxWait().toMillis())
                .append("ms");
        if (!config.acceptWarning()) {
            path.append("&passing");
        }
        config.datacenter().ifPresent(text -> path.append("&dc=").append(encoded(text)));
        config.tags().forEach(tag -> path.append("&tag=").append(encoded(tag)));
        return path.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public Answer ask() throws IOException, InterruptedException {
        try {
            HttpResponse<InputStream> response = client.send(request(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    throw new IOException("consul answers " + response.statusCode());
                }
                List<DiscoveredEndpoint> found = endpoints(read(body));
                follow(response.headers().firstValue("x-consul-index").orElse(""));
                return new Answer(found, gap());
            }
        } catch (IOException e) {
            index = 0;
            throw new IOException(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage(), e);
        }
    }

    /** The client's time limit ends with the head of an answer: this is the one of its body. */
    private static List<ConsulInstances.Instance> read(InputStream body) throws IOException {
        Thread limit = Thread.ofVirtual().name("consul body limit").start(() -> {
            try {
                Thread.sleep(PATIENCE);
                body.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // it came in time
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "closing an answer of consul failed", e);
            }
        });
        try {
            return ConsulInstances.read(body);
        } finally {
            limit.interrupt();
        }
    }

    private HttpRequest request() {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(index == 0 ? path : path + "&index=" + index))
                .timeout(
                        index == 0
                                ? PATIENCE
                                : config.maxWait()
                                        .plus(config.maxWait().dividedBy(16))
                                        .plus(PATIENCE))
                .header("accept", "application/json");
        config.token().ifPresent(token -> request.header("x-consul-token", token));
        return request.build();
    }

    private void follow(String text) throws IOException {
        long next;
        try {
            next = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("consul answers without an index", e);
        }
        index = next < index ? 0 : Math.max(1, next);
    }

    /** Nothing after a question that blocked for long; after many quick ones the rest of the least gap. */
    private Duration gap() {
        long now = System.nanoTime();
        long gaps = (now - lastNanos) / LEAST_GAP.toNanos();
        if (gaps > 0) {
            burst = (int) Math.min(BURST, burst + gaps);
            lastNanos = now;
        }
        if (burst > 0) {
            burst--;
            return Duration.ZERO;
        }
        return LEAST_GAP.minusNanos(now - lastNanos);
    }

    private List<DiscoveredEndpoint> endpoints(List<ConsulInstances.Instance> instances) {
        List<DiscoveredEndpoint> endpoints = new ArrayList<>();
        for (ConsulInstances.Instance instance : instances) {
            int weight = instance.weight();
            boolean wanted = weight > 0 && (!instance.warning() || config.acceptWarning());
            if (wanted && !instance.critical() && instance.reachable()) {
                endpoints.add(new DiscoveredEndpoint(
                        DiscoveredEndpoint.address(instance.host(), instance.port()),
                        instance.named() ? instance.host() : "",
                        Math.min(weight, DiscoveredEndpoint.MOST_WEIGHT),
                        0));
            }
        }
        return endpoints;
    }

    @Override
    public String text() {
        return "consul service " + config.service();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
