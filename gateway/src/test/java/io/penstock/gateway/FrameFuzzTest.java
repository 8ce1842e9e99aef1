// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import java.io.UncheckedIOException;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bytes that no sane peer sends: whatever comes, only its own connection may suffer, and no defect may show. */
class FrameFuzzTest {
    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin("queue-timeout: 100ms");

    private final Defects defects = new Defects();

    @AfterEach
    void stopListening() {
        defects.close();
    }

    @Test
    void survivesRandomFramesFromClients() {
        for (int seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            try (FramePeer client = FramePeer.connect(gateway.address())) {
                send(client, random, 1 + random.nextInt(40));
                client.finish();
                client.awaitEnd();
            } catch (UncheckedIOException e) {
                // the gateway has closed the connection already, as it may
            }
        }

        assertThat(defects.found()).isEmpty();
        gateway.awaitNoStreams();
        FramePeer client = gateway.client();
        assertThat(client.awaitHead(client.grpc("grpc-timeout", "none")).value("grpc-status"))
                .isEqualTo("13");
    }

    @Test
    void survivesRandomFramesFromUpstreams() {
        FramePeer client = gateway.client();
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(1_000 + seed);
            gateway.origin().prepare(peer -> {
                try {
                    send(peer, random, 5 + random.nextInt(20));
                    peer.finish();
                } catch (UncheckedIOException e) {
                    // closed already, as it may be
                }
            });

            int call = client.get("/");

            client.await("an answer or a reset", frame -> frame.stream() == call && frame.type() != WireFrame.DATA);
        }

        assertThat(defects.found()).isEmpty();
        gateway.origin().prepare(peer -> {});
        for (int seed = 0; seed < 60; seed++) {
            assertThat(gateway.ended().cause()).isNotEqualTo(Cause.INTERNAL);
        }
    }

    private static void send(FramePeer peer, Random random, int frames) {
        for (int i = 0; i < frames; i++) {
            switch (random.nextInt(10)) {
                case 0 -> peer.frame(random.nextInt(256), random.nextInt(256), random.nextInt(8), bytes(random, 40));
                case 1 -> peer.frame(random.nextInt(10), random.nextInt(64), random.nextInt(8), bytes(random, 12));
                case 2 -> peer.settings(random.nextInt(8), random.nextInt(100_000));
                case 3 -> peer.windowUpdate(random.nextInt(8), random.nextInt() >>> random.nextInt(31));
                case 4 -> peer.reset(1 + random.nextInt(8), random.nextInt(16));
                case 5 -> peer.frame(WireFrame.DATA, random.nextInt(2), 1 + random.nextInt(6), bytes(random, 200));
                case 6 -> mutated(peer, random);
                default ->
                    peer.head(
                            1 + random.nextInt(12),
                            random.nextBoolean(),
                            ":method",
                            "POST",
                            ":scheme",
                            "http",
                            ":path",
                            "/" + i);
            }
        }
    }

    private static void mutated(FramePeer peer, Random random) {
        byte[] frame = FramePeer.bytes(
                WireFrame.HEADERS,
                WireFrame.END_HEADERS,
                1 + 2 * random.nextInt(6),
                FramePeer.block(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a"));
        for (int i = random.nextInt(4); i >= 0; i--) {
            frame[3 + random.nextInt(frame.length - 3)] = (byte) random.nextInt(256);
        }
        peer.raw(frame);
    }

    private static byte[] bytes(Random random, int most) {
        byte[] bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        return bytes;
    }
}
