// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Speaks to the admin listener of a gateway in this process. */
record AdminCaller(HttpClient client, int port) {
    static final String JSON = "application/json";
    static final String YAML = "application/yaml";

    /** Fields are names and values in turn. */
    HttpResponse<String> call(String method, String path, String body, String... fields) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (fields.length > 0) {
            request.headers(fields);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    HttpResponse<String> get(String path, String... fields) {
        return call("GET", path, "", fields);
    }

    HttpResponse<String> put(String path, String json, String... more) {
        return call("PUT", path, json, with(more));
    }

    HttpResponse<String> post(String path, String json, String... more) {
        return call("POST", path, json, with(more));
    }

    HttpResponse<String> delete(String path, String... fields) {
        return call("DELETE", path, "", fields);
    }

    private static String[] with(String... more) {
        String[] all = new String[more.length + 2];
        all[0] = "Content-Type";
        all[1] = JSON;
        System.arraycopy(more, 0, all, 2, more.length);
        return all;
    }

    static String tag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElse("none");
    }
}
