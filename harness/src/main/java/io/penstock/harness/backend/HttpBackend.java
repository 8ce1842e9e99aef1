// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.backend;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.BadRequestException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * Helidon's own web server with HTTP/1.1 and HTTP/2 (prior knowledge and upgrade).
 *
 * <p>{@code GET /} a short text; {@code /echo} the request body as it comes; {@code /bytes/N} N bytes in constant
 * memory; {@code /sink} how many bytes the request body had; {@code /events/N/MS} an event stream; {@code /status/N} that
 * status; {@code /delay/MS} a short text after a while; {@code /headers} the request head as JSON. Every answer carries
 * {@code x-backend}.
 */
final class HttpBackend implements AutoCloseable {

    private static final int CHUNK_BYTES = 16 << 10;
    private static final long MAX_DELAY_MILLIS = 600_000;

    private final WebServer server;

    private HttpBackend(WebServer server) {
        this.server = server;
    }

    static HttpBackend start(String name, int port) throws IOException {
        var server = WebServer.builder()
                .host("127.0.0.1")
                .port(port)
                .shutdownHook(false)
                .connectionOptions(o -> o.tcpNoDelay(true))
                .routing(r -> route(name, r))
                .build();
        server.start();
        if (!server.isRunning()) {
            // Helidon logs why a listener could not start and returns as if it had.
            throw new IOException("port " + port + " could not be bound");
        }
        return new HttpBackend(server);
    }

    private static void route(String name, HttpRouting.Builder routing) {
        routing.any((req, res) -> {
                    res.header(HeaderNames.create(Backends.BACKEND_FIELD), name);
                    res.next();
                })
                .get("/", (req, res) -> res.send("hello from " + name + "\n"))
                .any("/echo", HttpBackend::echo)
                .get("/bytes/{n}", HttpBackend::bytes)
                .any("/sink", HttpBackend::sink)
                .get("/events/{n}/{every}", EventStream::serve)
                .any(
                        "/status/{n}",
                        (req, res) -> res.status(Status.create(Math.toIntExact(number(req, 200, 599))))
                                .send())
                .any("/delay/{n}", HttpBackend::delay)
                .any("/headers", HttpBackend::head);
    }

    private static long number(ServerRequest request, long least, long most) {
        return number(request, "n", least, most);
    }

    static long number(ServerRequest request, String parameter, long least, long most) {
        var text = request.path().pathParameters().get(parameter);
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // refused below, as a number out of range is
        }
        throw new BadRequestException("found " + text + ", expected " + least + " to " + most);
    }

    private static void echo(ServerRequest request, ServerResponse response) {
        request.headers().contentType().ifPresent(type -> response.headers().contentType(type));
        try (var in = request.content().inputStream();
                var out = response.outputStream()) {
            var chunk = new byte[CHUNK_BYTES];
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                out.write(chunk, 0, read);
                out.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void bytes(ServerRequest request, ServerResponse response) {
        long left = number(request, 0, Long.MAX_VALUE);
        response.contentLength(left);
        var chunk = new byte[CHUNK_BYTES];
        try (var out = response.outputStream()) {
            for (; left > 0; left -= Math.min(left, chunk.length)) {
                out.write(chunk, 0, (int) Math.min(left, chunk.length));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sink(ServerRequest request, ServerResponse response) {
        try (var in = request.content().inputStream()) {
            response.send("bytes=" + in.transferTo(OutputStream.nullOutputStream()) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delay(ServerRequest request, ServerResponse response) throws InterruptedException {
        var delay = Duration.ofMillis(number(request, 0, MAX_DELAY_MILLIS));
        Thread.sleep(delay);
        response.send("after " + delay.toMillis() + " ms\n");
    }

    private static void head(ServerRequest request, ServerResponse response) throws IOException {
        var text = new StringWriter();
        try (var json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("method", request.prologue().method().text());
            json.writeStringField("path", request.path().rawPath());
            json.writeStringField("query", request.query().rawValue());
            json.writeStringField("protocol", request.prologue().protocol() + "/" + version(request));
            json.writeStringField("authority", request.authority());
            json.writeObjectFieldStart("fields");
            fields(request, json);
            json.writeEndObject();
            json.writeEndObject();
        }
        response.header(HeaderNames.CONTENT_TYPE, "application/json").send(text + "\n");
    }

    private static String version(ServerRequest request) {
        return request.prologue().protocolVersion();
    }

    private static void fields(ServerRequest request, JsonGenerator json) throws IOException {
        for (var field : request.headers()) {
            json.writeArrayFieldStart(field.headerName().lowerCase());
            for (var value : field.allValues()) {
                json.writeString(value);
            }
            json.writeEndArray();
        }
    }

    int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop();
    }
}
