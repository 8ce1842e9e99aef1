// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static io.penstock.gateway.HostilePeer.frame;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.listener.Listener;
import io.penstock.harness.backend.Backends;
import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.FrameConnection;
import io.penstock.harness.wire.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers that ask for more than they may have: each is ended, said and counted, and a well-behaved neighbour notices nothing. */
class HostilePeerTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int FAR_ABOVE_EVERY_LIMIT = 500;

    private static Backends backends;
    private LocalGateway gateway;
    private HostilePeer neighbour;
    private LogLines log;

    @BeforeAll
    static void startBackends() throws IOException {
        backends = Backends.start(Backends.Ports.any());
    }

    @AfterAll
    static void stopBackends() {
        backends.close();
    }

    /** Another one for each test: it says little of those who come often. */
    @BeforeEach
    void start() throws IOException {
        log = new LogLines(Listener.class);
        gateway = LocalGateway.start(LocalGateway.toOrigin(backends.http(), """
                http2: {max-concurrent-streams: 4, max-head-bytes: 2KiB, max-continuations: 4, max-resets: 20,
                        max-late-resets: 20, max-own-resets: 20, max-settings: 20, max-pings: 20, max-empty-frames: 20, flood-window: 1m,
                        stream-window-bytes: 65535B}
                """));
        neighbour = HostilePeer.connect(gateway.address());
    }

    @AfterEach
    void stop() throws IOException {
        neighbour.close();
        gateway.close();
        log.close();
    }

    @FunctionalInterface
    interface Attack {
        void on(HostilePeer peer) throws IOException;
    }

    static Stream<Arguments> attacks() {
        return Stream.of(
                attack(
                        "rapid reset",
                        DownstreamEnding.RESET_FLOOD,
                        ErrorCode.ENHANCE_YOUR_CALM,
                        peer -> peer.flood(
                                () -> {
                                    int id = peer.nextStream();
                                    return List.of(
                                            head(id, Frame.END_HEADERS | Frame.END_STREAM),
                                            Frame.ofNumbers(Frame.RST_STREAM, id, ErrorCode.CANCEL));
                                },
                                FAR_ABOVE_EVERY_LIMIT)),
                attack(
                        "slow resets",
                        DownstreamEnding.RESET_FLOOD,
                        ErrorCode.ENHANCE_YOUR_CALM,
                        HostilePeerTest::resetSlowly),
                attack(
                        "heads that are too large",
                        DownstreamEnding.OWN_RESET_FLOOD,
                        ErrorCode.ENHANCE_YOUR_CALM,
                        peer -> peer.flood(() -> List.of(largeHead(peer.nextStream())), 100)),
                attack(
                        "MadeYouReset by window updates of 0",
                        DownstreamEnding.OWN_RESET_FLOOD,
                        ErrorCode.ENHANCE_YOUR_CALM,
                        peer -> peer.flood(
                                () -> {
                                    int id = peer.nextStream();
                                    return List.of(
                                            head(id, Frame.END_HEADERS), Frame.ofNumbers(Frame.WINDOW_UPDATE, id, 0));
                                },
                                FAR_ABOVE_EVERY_LIMIT)),
                attack(
                        "MadeYouReset by window overflow",
                        DownstreamEnding.OWN_RESET_FLOOD,
                        ErrorCode.ENHANCE_YOUR_CALM,
                        peer -> peer.flood(
                                () -> {
                                    int id = peer.nextStream();
                                    return List.of(
                                            head(id, Frame.END_HEADERS),
                                            Frame.ofNumbers(Frame.WINDOW_UPDATE, id, 0x7fff_ffff));
                                },
                                FAR_ABOVE_EVERY_LIMIT)),
                attack(
                        "MadeYouReset by PRIORITY of the wrong length",
                        DownstreamEnding.OWN_RESET_FLOOD,
                        ErrorCode.ENHANCE_YOUR_CALM,
                        peer -> peer.flood(
                                () -> {
                                    int id = peer.nextStream();
                                    return List.of(head(id, Frame.END_HEADERS), frame(2, 0, id, (byte) 0, (byte) 0));
                                },
                                FAR_ABOVE_EVERY_LIMIT)),
                attack(
                        "malformed heads",
                        DownstreamEnding.OWN_RESET_FLOOD,
                        ErrorCode.ENHANCE_YOUR_CALM,
                        peer -> peer.flood(
                                () -> List.of(frame(
                                        Frame.HEADERS, Frame.END_HEADERS | Frame.END_STREAM, peer.nextStream(), (byte)
                                                0x82)),
                                FAR_ABOVE_EVERY_LIMIT)),
                attack(
                        "streams above the limit",
                        DownstreamEnding.OWN_RESET_FLOOD,
                        ErrorCode.ENHANCE_YOUR_CALM,
                        peer -> peer.flood(
                                () -> List.of(head(peer.nextStream(), Frame.END_HEADERS)), FAR_ABOVE_EVERY_LIMIT)),
                attack(
                        "SETTINGS",
                        DownstreamEnding.SETTINGS_FLOOD,
                        ErrorCode.ENHANCE_YOUR_CALM,
                        peer -> repeat(peer, Frame.settings(Frame.SETTINGS_INITIAL_WINDOW_SIZE, 65_536))),
                attack("GOAWAY", DownstreamEnding.SETTINGS_FLOOD, ErrorCode.ENHANCE_YOUR_CALM, peer -> {
                    peer.get("/delay/60000", true);
                    repeat(peer, Frame.ofNumbers(Frame.GOAWAY, 0, 0, 0));
                }),
                attack(
                        "PING",
                        DownstreamEnding.PING_FLOOD,
                        ErrorCode.ENHANCE_YOUR_CALM,
                        peer -> repeat(peer, frame(Frame.PING, 0, 0, new byte[8]))),
                attack("empty DATA", DownstreamEnding.EMPTY_FRAME_FLOOD, ErrorCode.ENHANCE_YOUR_CALM, peer -> {
                    int id = peer.get("/echo", false);
                    repeat(peer, frame(Frame.DATA, 0, id));
                }),
                attack(
                        "DATA of padding alone",
                        DownstreamEnding.EMPTY_FRAME_FLOOD,
                        ErrorCode.ENHANCE_YOUR_CALM,
                        peer -> {
                            int id = peer.get("/echo", false);
                            repeat(peer, frame(Frame.DATA, Frame.PADDED, id, (byte) 2, (byte) 0, (byte) 0));
                        }),
                attack(
                        "PRIORITY",
                        DownstreamEnding.EMPTY_FRAME_FLOOD,
                        ErrorCode.ENHANCE_YOUR_CALM,
                        peer -> repeat(peer, frame(2, 0, 1, new byte[] {0, 0, 0, 3, 15}))),
                attack("CONTINUATION of one byte", DownstreamEnding.HEAD_FLOOD, ErrorCode.ENHANCE_YOUR_CALM, peer -> {
                    peer.wire().write(head(1, 0));
                    repeat(peer, frame(Frame.CONTINUATION, 0, 1, (byte) 0x82));
                }),
                attack("CONTINUATION of nothing", DownstreamEnding.HEAD_FLOOD, ErrorCode.ENHANCE_YOUR_CALM, peer -> {
                    peer.wire().write(head(1, 0));
                    repeat(peer, frame(Frame.CONTINUATION, 0, 1));
                }),
                attack("a huge compressed head", DownstreamEnding.HEAD_FLOOD, ErrorCode.ENHANCE_YOUR_CALM, peer -> {
                    peer.wire().write(head(1, 0));
                    peer.flood(
                            () -> List.of(frame(Frame.CONTINUATION, 0, 1, new byte[FrameConnection.FRAME_BYTES])), 20);
                }),
                attack(
                        "overflow of the connection's window",
                        DownstreamEnding.FLOW_CONTROL,
                        ErrorCode.FLOW_CONTROL_ERROR,
                        peer -> peer.wire().write(Frame.ofNumbers(Frame.WINDOW_UPDATE, 0, 0x7fff_ffff))),
                attack(
                        "overflow of a stream's window by SETTINGS",
                        DownstreamEnding.FLOW_CONTROL,
                        ErrorCode.FLOW_CONTROL_ERROR,
                        peer -> {
                            int id = peer.get("/delay/60000", true);
                            peer.wire().write(Frame.ofNumbers(Frame.WINDOW_UPDATE, id, 1000));
                            peer.wire().write(Frame.settings(Frame.SETTINGS_INITIAL_WINDOW_SIZE, 0x7fff_ffff));
                        }),
                attack(
                        "more DATA than the stream's window",
                        DownstreamEnding.FLOW_CONTROL,
                        ErrorCode.FLOW_CONTROL_ERROR,
                        peer -> {
                            int id = peer.get("/delay/60000", false);
                            peer.flood(() -> List.of(Frame.data(id, new byte[FrameConnection.FRAME_BYTES], false)), 40);
                        }),
                attack(
                        "an index that HPACK's tables do not have",
                        DownstreamEnding.COMPRESSION,
                        ErrorCode.COMPRESSION_ERROR,
                        peer -> peer.wire()
                                .write(frame(Frame.HEADERS, Frame.END_HEADERS, 1, (byte) 0xff, (byte) 0x70))),
                attack(
                        "PUSH_PROMISE",
                        DownstreamEnding.PROTOCOL,
                        ErrorCode.PROTOCOL_ERROR,
                        peer -> peer.wire()
                                .write(frame(
                                        Frame.PUSH_PROMISE, Frame.END_HEADERS, 1, (byte) 0, (byte) 0, (byte) 0, (byte)
                                                2))),
                attack(
                        "WINDOW_UPDATE on an idle stream",
                        DownstreamEnding.PROTOCOL,
                        ErrorCode.PROTOCOL_ERROR,
                        peer -> peer.wire().write(Frame.ofNumbers(Frame.WINDOW_UPDATE, 7, 1))));
    }

    private static Arguments attack(String name, DownstreamEnding ending, int code, Attack attack) {
        return Arguments.of(name, ending, code, attack);
    }

    /** As many streams as may be open, and their resets when they are no rapid ones any more; six times. */
    private static void resetSlowly(HostilePeer peer) throws IOException {
        for (int round = 0; round < 6; round++) {
            int first = peer.nextStream();
            peer.wire().write(head(first, Frame.END_HEADERS | Frame.END_STREAM));
            int last = first;
            while (last < first + 6) {
                last = peer.nextStream();
                peer.wire().write(head(last, Frame.END_HEADERS | Frame.END_STREAM));
            }
            long since = System.nanoTime();
            Await.until("they are old enough", SOON, () -> System.nanoTime() - since > 150_000_000L);
            for (int id = first; id <= last; id += 2) {
                peer.wire().write(Frame.ofNumbers(Frame.RST_STREAM, id, ErrorCode.CANCEL));
            }
        }
    }

    /** A head of 3000 bytes. */
    private static Frame largeHead(int stream) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(head(stream, 0).payload());
        block.write(new byte[] {0x00, 1, 'a', 0x7f, (byte) ((2873 & 0x7f) | 0x80), (byte) (2873 >> 7)});
        block.writeBytes("x".repeat(3000).getBytes(StandardCharsets.US_ASCII));
        return new Frame(Frame.HEADERS, Frame.END_HEADERS | Frame.END_STREAM, stream, block.toByteArray());
    }

    private static void repeat(HostilePeer peer, Frame frame) {
        peer.flood(() -> List.of(frame), FAR_ABOVE_EVERY_LIMIT);
    }

    /** GET of something that takes a minute, as static entries and literals without a table. */
    private static Frame head(int stream, int flags) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(new byte[] {(byte) 0x82, (byte) 0x86, 0x01, 4}); // :method GET, :scheme http, :authority
        block.write("test".getBytes(StandardCharsets.US_ASCII));
        block.write(new byte[] {0x04, 12}); // :path
        block.write("/delay/60000".getBytes(StandardCharsets.US_ASCII));
        return new Frame(Frame.HEADERS, flags, stream, block.toByteArray());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void isEndedSaidAndCounted(String name, DownstreamEnding ending, int code, Attack attack) throws IOException {
        long before = gateway.listener().ended(ending);
        String peerName;

        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            peerName = peer.name();
            attack.on(peer);
            assertThat(peer.awaitGoaway()).as("code of GOAWAY after " + name).isEqualTo(code);
        }
        Await.until(
                "counted as " + ending.slug(), SOON, () -> gateway.listener().ended(ending) == before + 1);
        Await.until(
                "said",
                SOON,
                () -> log.lines().stream().anyMatch(line -> line.contains(peerName) && line.contains(ending.slug())));

        assertThat(neighbour.status("/")).isEqualTo("200");
        Await.until(
                "every stream of it has gone", SOON, () -> gateway.listener().openStreams() == 0);
    }

    @Test
    void hasStreamsAboveTheLimitRefusedAndKeepsTheOthers() throws IOException {
        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            for (int i = 0; i < 4; i++) {
                peer.get("/delay/300", true);
            }
            int fifth = peer.get("/", true);

            assertThat(peer.awaitReset(fifth)).isEqualTo(ErrorCode.REFUSED_STREAM);
            Set<Integer> answered = new TreeSet<>();
            while (answered.size() < 4) {
                if (peer.next() instanceof Message.Head head) {
                    assertThat(head.value(":status")).isEqualTo("200");
                    answered.add(head.stream());
                }
            }
            assertThat(answered).containsExactly(1, 3, 5, 7);
        }
    }

    @Test
    void getsAn431ForALargeHeadAndGoesOn() throws IOException {
        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            int id = peer.nextStream();
            peer.wire()
                    .writeHead(
                            id,
                            Field.list(
                                    ":method",
                                    "GET",
                                    ":scheme",
                                    "http",
                                    ":authority",
                                    "test",
                                    ":path",
                                    "/",
                                    "x-large",
                                    "x".repeat(3000)),
                            true);

            assertThat(peer.awaitHead(id).value(":status")).isEqualTo("431");
            assertThat(peer.status("/")).isEqualTo("200");
        }
    }

    @Test
    void getsResourceExhaustedForALargeHeadOfACall() throws IOException {
        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            int id = peer.nextStream();
            peer.wire()
                    .writeHead(
                            id,
                            Field.list(
                                    ":method",
                                    "POST",
                                    ":scheme",
                                    "http",
                                    ":authority",
                                    "test",
                                    ":path",
                                    "/a.B/C",
                                    "content-type",
                                    "application/grpc",
                                    "x-large",
                                    "x".repeat(3000)),
                            false);

            Message.Head head = peer.awaitHead(id);

            assertThat(head.value(":status")).isEqualTo("200");
            assertThat(head.value("grpc-status")).isEqualTo("8");
            assertThat(peer.status("/")).isEqualTo("200");
        }
    }

    /** One table entry of almost 4 KiB, and then heads of 16 Ki references to it: 64 MiB each if they were built. */
    @Test
    void gainsNoMemoryByHpackReferences() throws IOException {
        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            block.write(new byte[] {0x40, 1, 'a', 0x7f, (byte) ((3773 & 0x7f) | 0x80), (byte) (3773 >> 7)});
            block.write(new byte[3900]);
            peer.wire()
                    .write(new Frame(
                            Frame.HEADERS,
                            Frame.END_HEADERS | Frame.END_STREAM,
                            peer.nextStream(),
                            block.toByteArray()));
            byte[] references = new byte[FrameConnection.FRAME_BYTES];
            java.util.Arrays.fill(references, (byte) 0xbe);
            List<Integer> ids = new ArrayList<>();
            long before = allocated();

            for (int i = 0; i < 10; i++) {
                int id = peer.nextStream();
                ids.add(id);
                peer.wire().write(new Frame(Frame.HEADERS, Frame.END_HEADERS | Frame.END_STREAM, id, references));
                assertThat(peer.awaitHead(id).value(":status")).isEqualTo("431");
            }

            assertThat(ids).hasSize(10);
            assertThat(allocated() - before).as("bytes allocated").isLessThan(16 << 20);
            assertThat(peer.status("/")).isEqualTo("200");
        }
    }

    /** Of all threads together: what virtual threads allocate is counted at their carriers. */
    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getTotalThreadAllocatedBytes();
    }

    @Test
    void mayResetClosedStreamsAsOftenAsItLikes() throws IOException {
        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            assertThat(peer.status("/")).isEqualTo("200");

            // looked up and dropped; a limit would hit callers whose cancellation crosses our answer
            peer.flood(() -> List.of(Frame.ofNumbers(Frame.RST_STREAM, 1, ErrorCode.CANCEL)), 20_000);

            assertThat(peer.status("/")).isEqualTo("200");
        }
    }

    @Test
    void mayUpdateWindowsOfClosedStreamsAsOftenAsItLikes() throws IOException {
        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            assertThat(peer.status("/")).isEqualTo("200");

            // read, looked up, dropped: no answer, no memory; a limit would only hit clients that credit what they got
            // late
            peer.flood(() -> List.of(Frame.ofNumbers(Frame.WINDOW_UPDATE, 1, 1)), 20_000);

            assertThat(peer.status("/")).isEqualTo("200");
            assertThat(neighbour.status("/")).isEqualTo("200");
        }
    }

    @Test
    void isClosedAlthoughItDoesNotClose() throws IOException {
        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            peer.wire().write(Frame.ofNumbers(Frame.WINDOW_UPDATE, 7, 1));

            assertThat(peer.awaitGoaway()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
            peer.awaitClose();
        }
    }

    @Test
    void hasOneStreamResetForItsOwnWindowOverflow() throws IOException {
        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            int id = peer.get("/delay/60000", true);

            peer.wire().write(Frame.ofNumbers(Frame.WINDOW_UPDATE, id, 0x7fff_ffff));

            assertThat(peer.awaitReset(id)).isEqualTo(ErrorCode.FLOW_CONTROL_ERROR);
            assertThat(peer.status("/")).isEqualTo("200");
        }
    }
}
