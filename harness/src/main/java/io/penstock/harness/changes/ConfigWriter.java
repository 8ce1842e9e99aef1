// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.changes;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Writes documents through the admin API of a gateway. */
final class ConfigWriter implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final String base;
    private final Duration patience;

    ConfigWriter(InetSocketAddress admin, Duration patience) {
        this.base = "http://" + admin.getHostString() + ":" + admin.getPort() + "/v1/config";
        this.patience = patience;
    }

    /** The route that answers with its version in {@code x-backend}. */
    static String route(int number, long version) {
        return "{\"name\":\"r" + number + "\",\"path-prefix\":\"/changes/r" + number
                + "\",\"answer\":{\"status\":204},\"response-headers\":{\"set\":{\"x-backend\":\"v" + version + "\"}}}";
    }

    /** Writes that many routes by one change. */
    void all(int routes) throws IOException, InterruptedException {
        StringBuilder json = new StringBuilder("{\"routes\":[");
        for (int i = 0; i < routes; i++) {
            json.append(i == 0 ? "" : ",").append(route(i, 0));
        }
        send("POST", "", json.append("]}").toString(), Duration.ofMinutes(1));
    }

    void one(int number, long version) throws IOException, InterruptedException {
        send("PUT", "/routes/r" + number, route(number, version), patience);
    }

    private void send(String method, String path, String json, Duration timeout)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(base + path))
                        .timeout(timeout)
                        .header("content-type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
