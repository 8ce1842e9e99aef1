// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import com.fasterxml.jackson.core.JsonFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Steers controlled backends over HTTP, at a port of its own since a backend that is down has none.
 *
 * <p>{@code /control?backend=a&delay=200&fail=50&down=false} sets backend a (delay in ms, failures in percent; what is
 * left out is fine again), and {@code /control} alone changes nothing; both answer how all behave now, and their arrivals.
 */
public final class ControlServer implements AutoCloseable {

    private static final int MAX_DELAY_MILLIS = 600_000;

    private final HttpServer server;
    private final List<ControlledBackend> backends;

    private ControlServer(HttpServer server, List<ControlledBackend> backends) {
        this.server = server;
        this.backends = backends;
    }

    /** Starts it on 127.0.0.1; port 0 lets the system choose. The backends stay the caller's to close. */
    public static ControlServer start(int port, List<ControlledBackend> backends) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        var control = new ControlServer(server, List.copyOf(backends));
        server.createContext("/control", control::handle);
        server.start();
        return control;
    }

    /** The port that it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        int status = 200;
        String body;
        try {
            var query = exchange.getRequestURI().getQuery();
            if (query != null) {
                set(parameters(query));
            }
            body = states();
        } catch (IllegalArgumentException e) {
            status = 400;
            body = e.getMessage() + "\n";
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static Map<String, String> parameters(String query) {
        var parameters = new TreeMap<String, String>();
        for (var part : query.split("&", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("found " + part + ", expected NAME=VALUE");
            }
            parameters.put(part.substring(0, equals), part.substring(equals + 1));
        }
        return parameters;
    }

    private void set(Map<String, String> asked) throws IOException {
        for (var name : asked.keySet()) {
            if (!List.of("backend", "delay", "fail", "down").contains(name)) {
                throw new IllegalArgumentException("found " + name + ", expected backend, delay, fail or down");
            }
        }
        var backend = backends.stream()
                .filter(b -> b.name().equals(asked.get("backend")))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no backend " + asked.get("backend")));
        backend.behave(new Behaviour(
                Duration.ofMillis(number(asked, "delay", MAX_DELAY_MILLIS)),
                number(asked, "fail", 100),
                Boolean.parseBoolean(asked.get("down"))));
    }

    private static int number(Map<String, String> asked, String name, int most) {
        var text = asked.getOrDefault(name, "0");
        if (!text.matches("\\d{1,9}") || Integer.parseInt(text) > most) {
            throw new IllegalArgumentException(name + ": found " + text + ", expected 0 to " + most);
        }
        return Integer.parseInt(text);
    }

    private String states() throws IOException {
        var text = new StringWriter();
        try (var json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            for (var backend : backends) {
                var now = backend.behaviour();
                json.writeObjectFieldStart(backend.name());
                json.writeNumberField("port", backend.port());
                json.writeNumberField("delay", now.delay().toMillis());
                json.writeNumberField("fail", now.failPercent());
                json.writeBooleanField("down", now.down());
                json.writeNumberField("arrivals", backend.arrivals());
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        return text + "\n";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
