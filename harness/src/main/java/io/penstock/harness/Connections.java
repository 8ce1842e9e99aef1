// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness;

import io.penstock.harness.terminal.Reading;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asks a gateway's admin listener what connections it opened and reused for each upstream. */
final class Connections {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private Connections() {}

    /** One upstream; a number that the gateway did not state is -1. */
    record Upstream(String target, long opened, long reused, long open, long streams) {}

    /** Reads {@code upstreams} of {@code /v1/connections}; keys that are not known here are passed over. */
    static List<Upstream> of(String admin) throws IOException, InterruptedException {
        var client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
        var request = HttpRequest.newBuilder(URI.create("http://" + admin + "/v1/connections"))
                .timeout(TIMEOUT)
                .build();
        var response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("admin answered HTTP " + response.statusCode());
        }
        return parse(response.body());
    }

    static List<Upstream> parse(String body) throws IOException {
        var found = new ArrayList<Upstream>();
        if (Reading.json(body) instanceof Map<?, ?> all && all.get("connections") instanceof List<?> upstreams) {
            for (var entry : upstreams) {
                if (entry instanceof Map<?, ?> upstream) {
                    found.add(new Upstream(
                            String.valueOf(upstream.get("target")),
                            number(upstream, "opened"),
                            number(upstream, "reused"),
                            number(upstream, "open"),
                            number(upstream, "streams")));
                }
            }
        }
        return found;
    }

    private static long number(Map<?, ?> from, String key) {
        return from.get(key) instanceof Number number ? number.longValue() : -1;
    }
}
