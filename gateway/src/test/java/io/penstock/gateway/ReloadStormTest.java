// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.harness.websocket.WebSocketBackend;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is open stays open however often the configuration changes. {@code -Dpenstock.long=true}: 1000 of each, 1000 times. */
class ReloadStormTest {
    private static final boolean LONG = Boolean.getBoolean("penstock.long");
    private static final int EACH = LONG ? 1000 : 60;
    private static final int RELOADS = LONG ? 1000 : 60;
    private static final int STREAMS_PER_CONNECTION = 50;
    /** What a heap may grow by while nothing that lasts is made. */
    private static final long FLAT_BYTES = 16L << 20;

    /** What a process may open meanwhile, of which nothing lasts. */
    private static final long FLAT_DESCRIPTORS = 32;

    private static final Duration SOON = Duration.ofSeconds(30);

    /** Keeps the texts that come. */
    private static final class Texts implements WebSocket.Listener {
        final LinkedBlockingQueue<String> came = new LinkedBlockingQueue<>();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            came.add(text.toString());
            socket.request(1);
            return null;
        }
    }

    private record Open(WebSocket socket, Texts texts) {}

    private static String yaml(int webSockets, int round) {
        return """
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes:
                  - {name: sockets, path-prefix: /ws, cluster: sockets}
                  - {name: calls, path-prefix: /pkg.Service, cluster: origin}
                  - {name: round-%d, path-prefix: /round/%d, answer: {status: 204}}
                clusters:
                  - {name: origin, endpoints: ["${ORIGIN}"], upstream: {max-connections: 16, queue-timeout: 30s}, retry: {attempts: %d}}
                  - {name: sockets, endpoints: ["127.0.0.1:%d"], upstream: {protocol: http1, max-connections: 2000}}
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(round, round, 1 + round % 3, webSockets);
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void closesNoWebSocketAndNoCallAndKeepsMemoryFlat() throws Exception {
        try (WebSocketBackend backend = WebSocketBackend.start("echo", 0);
                RunningGateway gateway =
                        RunningGateway.with(yaml(backend.port(), 0)).start()) {
            HttpClient http = HttpClient.newHttpClient();
            List<Open> sockets = new ArrayList<>();
            for (int i = 0; i < EACH; i++) {
                Texts texts = new Texts();
                URI uri = URI.create("ws://127.0.0.1:" + gateway.address().getPort() + "/ws");
                sockets.add(new Open(
                        http.newWebSocketBuilder().buildAsync(uri, texts).join(), texts));
            }
            List<FramePeer> clients = new ArrayList<>();
            for (int i = 0; i < EACH; i++) {
                if (i % STREAMS_PER_CONNECTION == 0) {
                    clients.add(gateway.client());
                }
                clients.getLast().grpc();
            }
            Await.until("every stream is open", SOON, () -> streams(gateway) == 2 * EACH);

            gateway.apply(yaml(backend.port(), 1));
            long before = UsedHeap.bytes();
            long descriptors = descriptors();
            long began = System.nanoTime();
            for (int round = 2; round < RELOADS + 2; round++) {
                gateway.apply(yaml(backend.port(), round));
            }
            long after = UsedHeap.bytes();
            System.out.printf(
                    "%d WebSockets, %d gRPC streams, %d reloads in %d ms: heap %.1f MB before, %.1f MB after%n",
                    EACH, EACH, RELOADS, (System.nanoTime() - began) / 1_000_000, before / 1e6, after / 1e6);

            assertThat(ended(gateway)).as("why exchanges have ended").isEmpty();
            assertThat(streams(gateway)).isEqualTo(2 * EACH);
            for (Open open : sockets) {
                open.socket().sendText("still here", true).join();
                assertThat(open.texts().came.poll(10, TimeUnit.SECONDS)).isEqualTo("still here");
            }
            for (FramePeer client : clients) {
                assertThat(client.ended()).isFalse();
            }
            assertThat(after - before).as("bytes of heap").isLessThan(FLAT_BYTES);
            assertThat(descriptors() - descriptors).as("descriptors").isLessThan(FLAT_DESCRIPTORS);
            sockets.forEach(open -> open.socket().abort());
            http.shutdownNow();
        }
    }

    private static List<String> ended(RunningGateway gateway) {
        List<String> why = new ArrayList<>();
        for (int left = gateway.endedCount(); left > 0; left--) {
            Exchange exchange = gateway.ended();
            why.add(exchange.path() + ": " + exchange.cause() + ", " + exchange.detail());
        }
        return why;
    }

    private static long descriptors() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    private static int streams(RunningGateway gateway) {
        return gateway.gateway().listeners().getFirst().openStreams();
    }
}
