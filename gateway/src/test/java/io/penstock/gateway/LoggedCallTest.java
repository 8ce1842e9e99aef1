// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The access log's lines of calls that were relayed: each key against what the two ends saw. */
@Timeout(30)
class LoggedCallTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    /** How long the upstream takes for each part of its response, at least. */
    private static final long PART_NANOS = 20_000_000;

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    @TempDir
    Path folder;

    @Test
    void saysOfARelayedCallWhatItsEndsSaw() throws IOException {
        try (RunningGateway gateway = gateway("h2c").start()) {
            FramePeer client = gateway.client();
            long before = System.nanoTime();
            Instant started = Instant.now();
            int call = client.grpc(
                    "x-request-id",
                    "call-1",
                    "x-forwarded-for",
                    "203.0.113.9",
                    "traceparent",
                    "00-" + TRACE + "-" + SPAN + "-01");
            client.data(call, "question", true);
            FramePeer origin = gateway.origin().connection();
            origin.awaitHead(1);
            origin.awaitRest(1);
            gateway.awaitNanos(PART_NANOS);
            origin.grpcResponse(1);
            client.awaitHead(call);
            long headMicros = micros(before);
            gateway.awaitNanos(PART_NANOS);
            origin.data(1, "a longer answer", false);
            origin.head(1, true, "grpc-status", "9");
            client.awaitRest(call);

            Map<String, String> line = line(1);
            assertThat(line.keySet())
                    .containsExactly(
                            "time",
                            "id",
                            "trace_id",
                            "span_id",
                            "method",
                            "path",
                            "authority",
                            "peer",
                            "listener",
                            "client",
                            "route",
                            "cluster",
                            "target",
                            "status",
                            "grpc_status",
                            "request_bytes",
                            "response_bytes",
                            "duration_us",
                            "head_us",
                            "upstream_us",
                            "attempts",
                            "connection");
            assertThat(line)
                    .containsEntry("id", "call-1")
                    .containsEntry("trace_id", TRACE)
                    .containsEntry("span_id", SPAN)
                    .containsEntry("method", "POST")
                    .containsEntry("path", "/pkg.Service/Method")
                    .containsEntry("listener", "main")
                    .containsEntry("client", "203.0.113.9")
                    .containsEntry("route", "all")
                    .containsEntry("cluster", "origin")
                    .containsEntry("target", gateway.origin().address())
                    .containsEntry("status", "200")
                    .containsEntry("grpc_status", "9")
                    .containsEntry("request_bytes", "8")
                    .containsEntry("response_bytes", "15")
                    .containsEntry("attempts", "1")
                    .containsEntry("connection", "new");
            assertThat(line.get("peer")).matches("127\\.0\\.0\\.1:[1-9][0-9]*");
            assertThat(Instant.parse(line.get("time"))).isBetween(started.minusMillis(1), Instant.now());
            long part = PART_NANOS / 1_000;
            assertThat(number(line, "head_us")).isBetween(part, headMicros);
            assertThat(number(line, "duration_us")).isBetween(number(line, "head_us") + part, micros(before));
            assertThat(number(line, "upstream_us")).isBetween(2 * part, number(line, "duration_us"));
        }
    }

    @Test
    void saysThatAConnectionWasReusedAndHowManyAttemptsThereWere() {
        try (RunningGateway gateway = gateway("h2c").start()) {
            FramePeer client = gateway.client();
            int warm = client.get("/first?secret=1");
            FramePeer first = gateway.origin().connection();
            first.awaitHead(1);
            first.head(1, true, ":status", "204");
            client.awaitHead(warm);
            int reusing = client.get("/second");
            first.awaitHead(3);
            first.head(3, true, ":status", "404");
            client.awaitHead(reusing);
            int refused = client.get("/third");
            first.awaitHead(5);
            first.reset(5, WireFrame.REFUSED_STREAM);
            FramePeer second = gateway.origin().connection();
            second.awaitHead(1);
            second.head(1, true, ":status", "200");
            client.awaitHead(refused);

            assertThat(line(1))
                    .containsEntry("path", "/first")
                    .containsEntry("status", "204")
                    .containsEntry("attempts", "1")
                    .containsEntry("connection", "new")
                    .doesNotContainKeys("grpc_status", "trace_id", "client", "cause");
            assertThat(line(2))
                    .containsEntry("path", "/second")
                    .containsEntry("status", "404")
                    .containsEntry("connection", "reused");
            assertThat(line(3))
                    .containsEntry("path", "/third")
                    .containsEntry("attempts", "2")
                    .containsEntry("connection", "new");
        }
    }

    @Test
    void saysTheSameOfACallThatGoesToAnotherProtocol() throws Exception {
        try (Http1Origin http1 = Http1Origin.following(connection -> {
                    while (true) {
                        connection.request();
                        connection.answer("a longer answer");
                    }
                });
                RunningGateway gateway =
                        gateway("http1").variable("HTTP1", http1.address()).start()) {
            FramePeer client = gateway.client();
            for (int i = 1; i <= 2; i++) {
                int call = client.open(
                        false,
                        ":method",
                        "PUT",
                        ":scheme",
                        "http",
                        ":path",
                        "/upload",
                        ":authority",
                        "example.test",
                        "content-length",
                        "8");
                client.data(call, "question", true);
                client.awaitHead(call);
                client.awaitRest(call);

                Map<String, String> line = line(i);
                assertThat(line)
                        .containsEntry("target", http1.address())
                        .containsEntry("status", "200")
                        .containsEntry("request_bytes", "8")
                        .containsEntry("response_bytes", "15")
                        .containsEntry("attempts", "1")
                        .containsEntry("connection", i == 1 ? "new" : "reused");
                assertThat(number(line, "head_us")).isBetween(1L, number(line, "duration_us"));
                assertThat(number(line, "upstream_us")).isBetween(1L, number(line, "duration_us"));
            }
        }
    }

    private RunningGateway gateway(String protocol) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["%s"], upstream: {protocol: %s}}]
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: "%s"}
                """.formatted(protocol.equals("http1") ? "${HTTP1}" : "${ORIGIN}", protocol, log()));
    }

    private Path log() {
        return folder.resolve("access.log");
    }

    /** This line, the first being 1, once it is written. */
    private Map<String, String> line(int number) {
        Await.until("line " + number, SOON, () -> lines().size() >= number);
        Map<String, String> fields = new LinkedHashMap<>();
        try (var json = new JsonFactory().createParser(lines().get(number - 1))) {
            assertThat(json.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                fields.put(name, json.getText());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return fields;
    }

    private List<String> lines() {
        try {
            return Files.readString(log()).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long number(Map<String, String> line, String key) {
        return Long.parseLong(line.getOrDefault(key, "-1"));
    }

    private static long micros(long since) {
        return (System.nanoTime() - since) / 1_000 + 1;
    }
}
