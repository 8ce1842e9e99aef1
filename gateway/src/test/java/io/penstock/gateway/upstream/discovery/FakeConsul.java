// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Speaks Consul's HTTP API as it is told: each question waits for the next reply of the test, as a blocking query does. */
final class FakeConsul implements AutoCloseable {
    /** One question as it came. */
    record Asked(String path, String query, @Nullable String token) {
        boolean has(String parameter) {
            return ("&" + query + "&").contains("&" + parameter + "&");
        }
    }

    private record Reply(int status, @Nullable String index, String body) {}

    private final HttpServer server;
    private final LinkedBlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<Reply> replies = new LinkedBlockingQueue<>();

    FakeConsul() throws IOException {
        this(0);
    }

    FakeConsul(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 16);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::serve);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    int port() {
        return server.getAddress().getPort();
    }

    void reply(long index, String... instances) {
        replies.add(new Reply(200, Long.toString(index), "[" + String.join(",", instances) + "]"));
    }

    void replyWith(int status, @Nullable String index, String body) {
        replies.add(new Reply(status, index, body));
    }

    /** One instance with its state, as Consul 1.8 shows it. */
    static String instance(String node, String address, int port, String status, int passing, int warning) {
        return """
                {"Node": {"ID": "x", "Node": "n", "Address": "%s", "Meta": null, "TaggedAddresses": {"lan": "192.0.2.9"}},
                 "Service": {"ID": "s", "Service": "jobs", "Tags": ["v1"], "Address": "%s", "Meta": {"Address": "no"}, "Port": %d,
                   "Weights": {"Passing": %d, "Warning": %d}, "Proxy": {"Port": 1}, "Connect": null},
                 "Checks": [{"Node": "n", "CheckID": "serfHealth", "Status": "passing", "Definition": {}},
                            {"Node": "n", "CheckID": "own", "Status": "%s", "Definition": {"Status": "critical"}}]}
                """.formatted(node, address, port, passing, warning, status);
    }

    static String healthy(String address, int port) {
        return instance("192.0.2.1", address, port, "passing", 1, 1);
    }

    Asked next() throws InterruptedException {
        Asked next = asked.poll(20, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nobody asked");
        }
        return next;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String query = exchange.getRequestURI().getRawQuery();
            asked.add(new Asked(
                    exchange.getRequestURI().getRawPath(),
                    query == null ? "" : query,
                    exchange.getRequestHeaders().getFirst("X-Consul-Token")));
            Reply reply = replies.poll(60, TimeUnit.SECONDS);
            if (reply == null) {
                return;
            }
            if (reply.index() != null) {
                exchange.getResponseHeaders().set("X-Consul-Index", reply.index());
            }
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
