// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.listener.Listener;
import io.penstock.harness.backend.Backends;
import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.FrameConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that begin something and do not finish it. */
class StalledPeerTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private static final Pattern MORE = Pattern.compile("(\\d+) more connections");

    private Backends backends;
    private LogLines log;

    @BeforeEach
    void start() throws IOException {
        backends = Backends.start(Backends.Ports.any());
        log = new LogLines(Listener.class);
    }

    @AfterEach
    void stop() {
        log.close();
        backends.close();
    }

    private LocalGateway gateway(String listener) throws IOException {
        return LocalGateway.start(LocalGateway.toOrigin(backends.http(), listener));
    }

    private void assertEnded(LocalGateway gateway, HostilePeer peer, DownstreamEnding ending) {
        Await.until(ending.slug(), SOON, () -> gateway.listener().ended(ending) == 1);
        Await.until(
                "said",
                SOON,
                () -> log.lines().stream()
                        .anyMatch(line -> line.contains(peer.name()) && line.contains(ending.slug())));
    }

    @Test
    void isClosedWhenItConnectsAndSaysNothing() throws IOException {
        try (LocalGateway gateway = gateway("handshake-timeout: 200ms");
                HostilePeer neighbour = HostilePeer.connect(gateway.address());
                HostilePeer peer = HostilePeer.silent(gateway.address())) {
            peer.awaitClose();

            assertEnded(gateway, peer, DownstreamEnding.HANDSHAKE_TIMEOUT);
            assertThat(neighbour.status("/")).isEqualTo("200");
        }
    }

    /** Each of them is counted, few of them get a line. */
    @Test
    void cannotFillTheLogByComingOften() throws IOException {
        try (LocalGateway gateway = gateway("handshake-timeout: 100ms")) {
            List<HostilePeer> peers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                peers.add(HostilePeer.silent(gateway.address()));
            }
            for (HostilePeer peer : peers) {
                peer.awaitClose();
                peer.close();
            }

            Await.until("counted", SOON, () -> gateway.listener().ended(DownstreamEnding.HANDSHAKE_TIMEOUT) == 40);
            Await.until("the rest is told of", SOON, () -> told() == 40);
            assertThat(log.lines()).hasSizeLessThan(20);
        }
    }

    /** Of how many connections the log has told so far. */
    private int told() {
        int told = 0;
        for (String line : log.lines()) {
            Matcher more = MORE.matcher(line);
            told += more.find() ? Integer.parseInt(more.group(1)) : line.contains("handshake-timeout") ? 1 : 0;
        }
        return told;
    }

    @Test
    void isClosedWhenItDripsThePreface() throws IOException {
        try (LocalGateway gateway = gateway("handshake-timeout: 200ms");
                HostilePeer peer = HostilePeer.silent(gateway.address())) {
            peer.wire().writeText(FrameConnection.PREFACE.substring(0, 7));
            peer.awaitClose();

            assertEnded(gateway, peer, DownstreamEnding.HANDSHAKE_TIMEOUT);
        }
    }

    @Test
    void isSentAwayWhenItSendsNoSettings() throws IOException {
        try (LocalGateway gateway = gateway("handshake-timeout: 200ms");
                HostilePeer peer = HostilePeer.silent(gateway.address())) {
            peer.wire().writeText(FrameConnection.PREFACE);

            assertThat(peer.awaitGoaway()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
            peer.awaitClose();

            assertEnded(gateway, peer, DownstreamEnding.HANDSHAKE_TIMEOUT);
        }
    }

    @Test
    void isClosedWhenItDoesNotFinishTheTlsHandshake(@TempDir Path folder) throws Exception {
        TestCertificate certificate = TestCertificate.make(folder, "EC");
        try (LocalGateway gateway = gateway("handshake-timeout: 200ms, tls: {certificate: \"%s\", key: \"%s\"}"
                        .formatted(certificate.chain(), certificate.key()));
                HostilePeer peer = HostilePeer.silent(gateway.address())) {
            // the start of a ClientHello record that says it is 512 bytes long
            peer.wire().writeBytes(new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3});
            peer.awaitClose();

            assertEnded(gateway, peer, DownstreamEnding.HANDSHAKE_TIMEOUT);
        }
    }

    @Test
    void isToldToCalmDownWhenItDoesNotFinishAHead() throws IOException {
        try (LocalGateway gateway = gateway("head-timeout: 200ms");
                HostilePeer neighbour = HostilePeer.connect(gateway.address());
                HostilePeer peer = HostilePeer.connect(gateway.address())) {
            peer.wire().write(HostilePeer.frame(Frame.HEADERS, 0, 1, (byte) 0x82));

            assertThat(peer.awaitGoaway()).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);
            assertEnded(gateway, peer, DownstreamEnding.HEAD_TIMEOUT);
            assertThat(neighbour.status("/")).isEqualTo("200");
        }
    }

    @Test
    void isToldToCalmDownWhenItDripsAHeadFrame() throws IOException {
        try (LocalGateway gateway = gateway("head-timeout: 200ms");
                HostilePeer peer = HostilePeer.connect(gateway.address())) {
            byte[] frame = FrameConnection.bytes(HostilePeer.frame(Frame.HEADERS, Frame.END_HEADERS, 1, new byte[50]));
            peer.wire().writeBytes(Arrays.copyOf(frame, 20));

            assertThat(peer.awaitGoaway()).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);
            assertEnded(gateway, peer, DownstreamEnding.HEAD_TIMEOUT);
        }
    }

    @Test
    void isRefusedWhenItDoesNotFinishAHeadOfHttp1() throws IOException {
        try (LocalGateway gateway = gateway("head-timeout: 200ms");
                HostilePeer neighbour = HostilePeer.connect(gateway.address());
                Socket socket = new Socket(gateway.address().getAddress(), gateway.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("G".getBytes(StandardCharsets.US_ASCII));

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answer).startsWith("HTTP/1.1 408 ").contains("\r\nconnection: close\r\n");
            Await.until("counted", SOON, () -> gateway.listener().ended(DownstreamEnding.HEAD_TIMEOUT) == 1);
            assertThat(neighbour.status("/")).isEqualTo("200");
        }
    }

    /** The beginning of a method, and of the preface of HTTP/2. */
    @ParameterizedTest
    @ValueSource(strings = {"P", "PR", "PRI"})
    void isRefusedWhenItsFirstBytesMayBeginARequest(String first) throws IOException {
        try (LocalGateway gateway = gateway("handshake-timeout: 200ms");
                HostilePeer neighbour = HostilePeer.connect(gateway.address());
                HostilePeer peer = HostilePeer.silent(gateway.address());
                Socket socket = new Socket(gateway.address().getAddress(), gateway.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(first.getBytes(StandardCharsets.US_ASCII));

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answer)
                    .startsWith("HTTP/1.1 408 ")
                    .contains("\r\nconnection: close\r\n")
                    .endsWith("gateway: request timeout\n");
            Await.until("counted", SOON, () -> gateway.listener().ended(DownstreamEnding.HEAD_TIMEOUT) == 1);
            peer.awaitClose(); // without a word: it has sent none
            assertThat(neighbour.status("/")).isEqualTo("200");
        }
    }

    @Test
    void isClosedWhenItNeitherSaysMoreNorReadsItsRefusal() throws IOException {
        try (LocalGateway gateway = gateway("handshake-timeout: 200ms");
                Socket socket = new Socket(gateway.address().getAddress(), gateway.port())) {
            socket.getOutputStream().write('P');

            Await.until("counted", SOON, () -> gateway.listener().ended(DownstreamEnding.HEAD_TIMEOUT) == 1);
            assertThat(gateway.listener().empty()).isTrue();
        }
    }

    @Test
    void mayTakeAMomentWithinItsFirstBytes() throws IOException {
        try (LocalGateway gateway = gateway("");
                HostilePeer peer = HostilePeer.silent(gateway.address());
                Socket socket = new Socket(gateway.address().getAddress(), gateway.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write('P');
            peer.wire().writeText("PRI");
            Await.until("taken in", SOON, () -> gateway.listener().openConnections() == 2);

            peer.wire().writeText(FrameConnection.PREFACE.substring(3));
            peer.wire().write(Frame.settings());
            socket.getOutputStream()
                    .write("OST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
                            .getBytes(StandardCharsets.US_ASCII));

            assertThat(peer.status("/")).isEqualTo("200");
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200 ")
                    .contains("\r\nhi\r\n");
        }
    }

    @Test
    void isToldToCalmDownWhenItHoldsTheWindowAtZero() throws IOException {
        try (LocalGateway gateway = gateway("http2: {zero-window-timeout: 200ms}");
                HostilePeer neighbour = HostilePeer.connect(gateway.address());
                HostilePeer peer = HostilePeer.connect(gateway.address(), Frame.SETTINGS_INITIAL_WINDOW_SIZE, 0)) {
            peer.get("/bytes/1000", true);

            assertThat(peer.awaitGoaway()).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);
            assertEnded(gateway, peer, DownstreamEnding.ZERO_WINDOW);
            assertThat(neighbour.status("/")).isEqualTo("200");
        }
    }

    @Test
    void isClosedWhenItAsksForMuchAndReadsNothing() throws IOException {
        try (LocalGateway gateway = gateway("write-timeout: 300ms");
                HostilePeer neighbour = HostilePeer.connect(gateway.address());
                HostilePeer peer =
                        HostilePeer.connect(gateway.address(), Frame.SETTINGS_INITIAL_WINDOW_SIZE, 0x7fff_ffff)) {
            peer.wire().write(Frame.ofNumbers(Frame.WINDOW_UPDATE, 0, 0x7fff_ffff - 65_535));
            peer.get("/bytes/1000000000", true);

            assertEnded(gateway, peer, DownstreamEnding.WRITE_TIMEOUT);
            assertThat(neighbour.status("/")).isEqualTo("200");
            Await.until("its streams have gone", SOON, () -> gateway.listener().openStreams() == 0);
        }
    }

    /** Refusals and acknowledgements cost the peer no window, so nothing but its reading may pay for them. */
    @Test
    void isReadNoFurtherWhenItDoesNotReadWhatItGets() throws IOException {
        try (LocalGateway gateway = LocalGateway.start("""
                        listeners: [{name: public, address: 127.0.0.1, port: 0, write-timeout: 1m}]
                        routes: [{name: some, path-prefix: /some, cluster: origin}]
                        clusters: [{name: origin, endpoints: ["127.0.0.1:%d"]}]
                        admin: {port: 0}
                        access-log: {output: none}
                        """.formatted(backends.http()));
                HostilePeer peer = HostilePeer.connect(gateway.address())) {
            byte[] head = FrameConnection.bytes(headWithoutRoute());
            AtomicLong written = new AtomicLong();
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        peer.wire().writeBytes(requests(peer, head));
                        written.incrementAndGet();
                    }
                } catch (IOException e) {
                    written.set(-1);
                }
            });

            // its writes block once the sockets' buffers and what we hold for it are full
            AtomicLong seen = new AtomicLong();
            AtomicLong since = new AtomicLong(System.nanoTime());
            Await.until("no more is taken from it", Duration.ofSeconds(20), () -> {
                if (seen.getAndSet(written.get()) != written.get()) {
                    since.set(System.nanoTime());
                }
                return System.nanoTime() - since.get() > 1_000_000_000L;
            });
            assertThat(written.get()).as("thousands of requests taken").isPositive();
            assertThat(gateway.listener().openConnections()).isEqualTo(1);
        }
    }

    /** HEAD, since the body of a refusal would wait for a window. */
    private static Frame headWithoutRoute() throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(new byte[] {0x02, 4, 'H', 'E', 'A', 'D', (byte) 0x86, 0x01, 1, 't', 0x04, 5});
        block.write("/none".getBytes(StandardCharsets.US_ASCII));
        return new Frame(Frame.HEADERS, Frame.END_HEADERS | Frame.END_STREAM, 1, block.toByteArray());
    }

    private static byte[] requests(HostilePeer peer, byte[] head) {
        byte[] many = new byte[head.length * 1000];
        for (int i = 0; i < 1000; i++) {
            int id = peer.nextStream();
            int at = i * head.length;
            System.arraycopy(head, 0, many, at, head.length);
            many[at + 5] = (byte) (id >>> 24);
            many[at + 6] = (byte) (id >>> 16);
            many[at + 7] = (byte) (id >>> 8);
            many[at + 8] = (byte) id;
        }
        return many;
    }

    @Test
    void isSentAwayPolitelyWhenItIsIdle() throws IOException {
        try (LocalGateway gateway = gateway("idle-timeout: 1s");
                HostilePeer peer = HostilePeer.connect(gateway.address())) {
            assertThat(peer.status("/")).isEqualTo("200");

            assertThat(peer.awaitGoaway()).isEqualTo(ErrorCode.NO_ERROR);
            peer.awaitClose();

            Await.until("idle", SOON, () -> gateway.listener().ended(DownstreamEnding.IDLE) == 1);
            assertThat(log.lines()).noneMatch(line -> line.contains(peer.name()));
        }
    }

    @Test
    void getsAnAnswerItCanReadWhenItSpeaksHttp1ToHttp2Alone() throws IOException {
        try (LocalGateway gateway = gateway("protocols: [http2]");
                Socket socket = new Socket(gateway.address().getAddress(), gateway.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

            assertThat(answer)
                    .startsWith("HTTP/1.1 505 HTTP Version Not Supported\r\n")
                    .contains("connection: close")
                    .contains("HTTP/2 with prior knowledge");
            Await.until("counted", SOON, () -> gateway.listener().ended(DownstreamEnding.NOT_HTTP2) == 1);
        }
    }

    @Test
    void getsGoawayWhenItSpeaksSomethingElse() throws IOException {
        try (LocalGateway gateway = gateway("protocols: [http2]");
                HostilePeer peer = HostilePeer.silent(gateway.address())) {
            peer.wire().writeText("\u0001\u0002 no protocol that anybody knows");

            assertThat(peer.awaitGoaway()).isEqualTo(ErrorCode.PROTOCOL_ERROR);
            peer.awaitClose();
            Await.until("counted", SOON, () -> gateway.listener().ended(DownstreamEnding.NOT_HTTP2) == 1);
        }
    }

    @Test
    void mayStallWithinTheMessagesOfACallAsLongAsItLikes() throws IOException {
        try (LocalGateway gateway = gateway(
                        "handshake-timeout: 100ms, head-timeout: 100ms, body-timeout: 100ms, idle-timeout: 1s");
                HostilePeer peer = HostilePeer.connect(gateway.address())) {
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
                                    "/echo",
                                    "content-type",
                                    "application/grpc"),
                            false);
            byte[] data = FrameConnection.bytes(Frame.data(id, "0123456789".getBytes(StandardCharsets.US_ASCII), true));
            peer.wire().writeBytes(Arrays.copyOf(data, 14));
            HostilePeer other = HostilePeer.silent(gateway.address());
            other.awaitClose(); // the handshake timeout has passed, and with it the others

            peer.wire().writeBytes(Arrays.copyOfRange(data, 14, data.length));

            assertThat(peer.awaitHead(id).value(":status")).isEqualTo("200");
            other.close();
        }
    }
}
