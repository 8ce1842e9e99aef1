// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static io.penstock.gateway.HostilePeer.frame;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.listener.Listener;
import io.penstock.harness.wire.Frame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Floods on streams that the gateway answers by itself, within the limits that it has by default: they count as towards an upstream. */
class AnsweredFloodTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int REFERENCES = 16_000;

    private LocalGateway gateway;
    private LogLines log;

    @BeforeEach
    void start() throws IOException {
        log = new LogLines(Listener.class);
        gateway = LocalGateway.start("""
                listeners: [{name: public, address: 127.0.0.1, port: 0}]
                routes:
                  - {name: fixed, path: /fixed, answer: {status: 200, body: "all is well"}}
                  - {name: down, path: /down, cluster: down}
                clusters: [{name: down, endpoints: ["127.0.0.1:%d"]}]
                drain: {timeout: 2s, notice: 0s}
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(FreePort.next()));
    }

    @AfterEach
    void stop() {
        gateway.close();
        log.close();
    }

    static Stream<Arguments> floods() {
        return Stream.of(
                flood("resets of a fixed answer", DownstreamEnding.RESET_FLOOD, peer -> reset(peer, "/fixed", true)),
                flood(
                        "resets of a fixed answer, the request not ended",
                        DownstreamEnding.RESET_FLOOD,
                        peer -> reset(peer, "/fixed", false)),
                flood("resets of refusals", DownstreamEnding.RESET_FLOOD, peer -> reset(peer, "/nowhere", true)),
                flood(
                        "resets of answers that were read",
                        DownstreamEnding.RESET_FLOOD,
                        AnsweredFloodTest::resetWhatWasRead),
                flood("empty DATA on an answered stream", DownstreamEnding.EMPTY_FRAME_FLOOD, peer -> {
                    int id = answered(peer, "/fixed");
                    peer.flood(() -> List.of(frame(Frame.DATA, 0, id)), 20_000);
                }),
                flood("empty DATA on a refused stream", DownstreamEnding.EMPTY_FRAME_FLOOD, peer -> {
                    int id = answered(peer, "/down");
                    peer.flood(() -> List.of(frame(Frame.DATA, 0, id)), 20_000);
                }),
                flood("DATA of padding alone on an answered stream", DownstreamEnding.EMPTY_FRAME_FLOOD, peer -> {
                    int id = answered(peer, "/fixed");
                    peer.flood(
                            () -> List.of(frame(Frame.DATA, Frame.PADDED, id, (byte) 2, (byte) 0, (byte) 0)), 20_000);
                }),
                flood(
                        "bombs of indexed fields as requests",
                        DownstreamEnding.OWN_RESET_FLOOD,
                        peer -> bombs(peer, AnsweredFloodTest::next)),
                flood(
                        "bombs of indexed fields as trailers of answered requests",
                        DownstreamEnding.OWN_RESET_FLOOD,
                        peer -> bombs(peer, p -> answered(p, "/fixed"))),
                flood("bombs of indexed fields on one answered stream", DownstreamEnding.OWN_RESET_FLOOD, peer -> {
                    int id = answered(peer, "/fixed");
                    bombs(peer, p -> id);
                }));
    }

    private static Arguments flood(String name, DownstreamEnding ending, HostilePeerTest.Attack attack) {
        return Arguments.of(name, ending, attack);
    }

    private static void reset(HostilePeer peer, String path, boolean end) throws IOException {
        int most = 3_000;
        try {
            for (int i = 0; i < most; i++) {
                int id = peer.get(path, end);
                peer.wire().write(Frame.ofNumbers(Frame.RST_STREAM, id, ErrorCode.CANCEL));
            }
        } catch (IOException e) {
            assertThat(peer.name()).isNotEmpty(); // it has let go
        }
    }

    /** Each answer is there before its stream is reset. */
    private static void resetWhatWasRead(HostilePeer peer) throws IOException {
        for (int i = 0; i < 201; i++) {
            int id = peer.get("/fixed", true);
            assertThat(peer.awaitHead(id).value(":status")).isEqualTo("200");
            peer.wire().write(Frame.ofNumbers(Frame.RST_STREAM, id, ErrorCode.CANCEL));
        }
    }

    /** A request that goes on, whose answer is complete. */
    private static int answered(HostilePeer peer, String path) throws IOException {
        int id = peer.get(path, false);
        assertThat(peer.awaitReset(id)).isEqualTo(ErrorCode.NO_ERROR);
        return id;
    }

    @FunctionalInterface
    private interface Target {
        int of(HostilePeer peer) throws IOException;
    }

    private static int next(HostilePeer peer) {
        return peer.nextStream();
    }

    /** An entry of almost 4 KiB in the table, and then 101 heads of 16,000 references to it. */
    private static void bombs(HostilePeer peer, Target target) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(new byte[] {(byte) 0x82, (byte) 0x86, (byte) 0x84, 0x01, 1, 't'}); // GET http://t/
        block.write(new byte[] {0x40, 1, 'a', 0x7f, (byte) ((3773 & 0x7f) | 0x80), (byte) (3773 >> 7)});
        block.writeBytes("v".repeat(3900).getBytes(StandardCharsets.US_ASCII));
        int flags = Frame.END_HEADERS | Frame.END_STREAM;
        peer.wire().write(new Frame(Frame.HEADERS, flags, peer.nextStream(), block.toByteArray()));
        byte[] references = new byte[REFERENCES];
        Arrays.fill(references, (byte) 0xbe);
        try {
            for (int i = 0; i < 101; i++) {
                peer.wire().write(new Frame(Frame.HEADERS, flags, target.of(peer), references));
            }
        } catch (IOException e) {
            assertThat(peer.name()).isNotEmpty(); // it has let go
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void endTheConnectionSaidAndCounted(String name, DownstreamEnding ending, HostilePeerTest.Attack attack)
            throws IOException {
        String peerName;
        long before = allocated();

        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            peerName = peer.name();
            attack.on(peer);
            assertThat(peer.awaitGoaway()).as("code of GOAWAY after " + name).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);
        }

        Await.until(
                "counted as " + ending.slug(), SOON, () -> gateway.listener().ended(ending) == 1);
        Await.until(
                "said",
                SOON,
                () -> log.lines().stream().anyMatch(line -> line.contains(peerName) && line.contains(ending.slug())));
        // 101 bombs are 6.3 GiB when they are built
        assertThat(allocated() - before).as("bytes allocated").isLessThan(256 << 20);
    }

    @Test
    void areNoStopsOfUploadsWhoseAnswerCameEarly() throws IOException {
        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            for (int i = 0; i < 300; i++) {
                int id = answered(peer, "/fixed");
                peer.wire().write(Frame.ofNumbers(Frame.RST_STREAM, id, ErrorCode.NO_ERROR));
            }

            assertThat(peer.status("/fixed")).isEqualTo("200");
        }
    }

    @Test
    void areNoTrailersThatWereOnTheirWay() throws IOException {
        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            int id = answered(peer, "/fixed");
            peer.wire()
                    .write(frame(
                            Frame.HEADERS,
                            Frame.END_HEADERS | Frame.END_STREAM,
                            id,
                            (byte) 0,
                            (byte) 1,
                            (byte) 'a',
                            (byte) 1,
                            (byte) 'b'));

            assertThat(peer.status("/fixed")).isEqualTo("200");
        }
    }

    @Test
    void areTrailersThatComeTwice() throws IOException {
        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            int id = answered(peer, "/fixed");
            Frame trailers = frame(
                    Frame.HEADERS,
                    Frame.END_HEADERS | Frame.END_STREAM,
                    id,
                    (byte) 0,
                    (byte) 1,
                    (byte) 'a',
                    (byte) 1,
                    (byte) 'b');
            peer.wire().write(trailers);
            peer.wire().write(trailers);

            assertThat(peer.awaitGoaway()).isEqualTo(ErrorCode.STREAM_CLOSED);
        }
    }

    /** Of all threads together: what virtual threads allocate is counted at their carriers. */
    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getTotalThreadAllocatedBytes();
    }
}
