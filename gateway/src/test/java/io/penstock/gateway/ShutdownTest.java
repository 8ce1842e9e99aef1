// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.harness.backend.Backends;
import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SIGTERM and what follows, to the process's exit code. */
@Tag("process")
class ShutdownTest {
    private static final byte[] EMPTY_MESSAGE = new byte[5];

    @TempDir
    static Path folder;

    private static Backends backends;

    @BeforeAll
    static void start() throws IOException {
        backends = Backends.start(Backends.Ports.any());
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    private static GatewayProcess gateway(String timeout, String notice) throws IOException {
        return GatewayProcess.start(folder, """
                listeners: [{name: public, address: 127.0.0.1, port: 0}]
                routes: [{name: calls, path-prefix: /penstock.Echo, cluster: grpc}, {name: rest, cluster: http}]
                clusters:
                  - {name: grpc, endpoints: ["127.0.0.1:%d"]}
                  - {name: http, endpoints: ["127.0.0.1:%d"]}
                drain: {timeout: %s, notice: %s}
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(backends.grpcA(), backends.http(), timeout, notice));
    }

    private static int openUpload(HostilePeer peer) throws IOException {
        int id = peer.nextStream();
        peer.wire()
                .writeHead(
                        id,
                        Field.list(":method", "POST", ":scheme", "http", ":authority", "test", ":path", "/echo"),
                        false);
        return id;
    }

    private static int openCall(HostilePeer peer, String method, String... more) throws IOException {
        int id = peer.nextStream();
        var head = Field.list(
                ":method",
                "POST",
                ":scheme",
                "http",
                ":authority",
                "test",
                ":path",
                "/" + method,
                "content-type",
                "application/grpc",
                "te",
                "trailers");
        head.addAll(Field.list(more));
        peer.wire().writeHead(id, head, false);
        peer.wire().write(Frame.data(id, EMPTY_MESSAGE, false));
        return id;
    }

    /** Reads both GOAWAY frames, answering the PING between them; the last stream id of the second. */
    private static int awaitLastGoaway(HostilePeer peer) throws IOException {
        Frame first = peer.awaitFrame(Frame.GOAWAY, 0);
        assertThat(first.number(0)).isEqualTo(Integer.MAX_VALUE);
        assertThat(first.number(4)).isEqualTo(ErrorCode.NO_ERROR);
        Frame ping = peer.awaitFrame(Frame.PING, 0);
        peer.wire().write(new Frame(Frame.PING, Frame.ACK, 0, ping.payload()));
        Frame second = peer.awaitFrame(Frame.GOAWAY, 0);
        assertThat(second.number(4)).isEqualTo(ErrorCode.NO_ERROR);
        return second.number(0);
    }

    @Test
    void finishesWhatIsInFlightAndTakesNothingNew() throws Exception {
        try (GatewayProcess gateway = gateway("30s", "0s");
                HostilePeer peer = HostilePeer.connect(gateway.address());
                HostilePeer idle = HostilePeer.connect(gateway.address())) {
            assertThat(idle.status("/")).isEqualTo("200");
            int held = peer.get("/delay/1500", true);
            int upload = openUpload(peer);
            peer.wire().write(Frame.data(upload, "be".getBytes(StandardCharsets.US_ASCII), false));
            assertThat(peer.awaitHead(upload).value(":status")).isEqualTo("200");

            gateway.terminate();
            int last = awaitLastGoaway(peer);
            int late = peer.get("/", true);
            peer.wire().write(Frame.data(upload, "fore".getBytes(StandardCharsets.US_ASCII), true));

            assertThat(last).isEqualTo(upload);
            StringBuilder echoed = new StringBuilder();
            String heldStatus = "";
            int heldEnds = 0;
            for (Message message = peer.wire().next();
                    message != null;
                    message = peer.wire().next()) {
                switch (message) {
                    case Message.Head head -> {
                        assertThat(head.stream()).as("stream with an answer").isNotEqualTo(late);
                        heldStatus = head.stream() == held ? head.value(":status") : heldStatus;
                    }
                    case Message.Other(Frame frame) -> {
                        if (frame.type() == Frame.DATA && frame.stream() == upload) {
                            echoed.append(new String(frame.payload(), StandardCharsets.US_ASCII));
                        }
                        if (frame.stream() == held && frame.has(Frame.END_STREAM)) {
                            heldEnds++;
                        }
                    }
                }
            }
            assertThat(heldStatus).isEqualTo("200");
            assertThat(heldEnds).isEqualTo(1);
            assertThat(echoed.toString()).endsWith("fore");
            idle.awaitClose();
            assertThat(gateway.awaitExit()).isZero();
        }
    }

    @Test
    void endsWhatIsLeftWhenTheTimeoutHasPassed() throws Exception {
        try (GatewayProcess gateway = gateway("500ms", "0s");
                HostilePeer peer = HostilePeer.connect(gateway.address())) {
            int unanswered = openCall(peer, "penstock.Echo/Unary", "echo-delay-ms", "60000");
            peer.wire().write(Frame.data(unanswered, new byte[0], true));
            int begun = openCall(peer, "penstock.Echo/Bidi");
            assertThat(peer.awaitHead(begun).value(":status")).isEqualTo("200");

            gateway.terminate();

            Message.Head refused = null;
            Message.Head trailers = null;
            while (refused == null || trailers == null) {
                if (peer.next() instanceof Message.Head head) {
                    refused = head.stream() == unanswered ? head : refused;
                    trailers = head.stream() == begun ? head : trailers;
                }
            }
            assertThat(Objects.requireNonNull(refused).value("grpc-status")).isEqualTo("14");
            assertThat(refused.value("x-penstock-cause")).isEqualTo("draining");
            assertThat(Objects.requireNonNull(trailers).value("grpc-status")).isEqualTo("14");
            assertThat(trailers.value("x-penstock-cause")).isEqualTo("draining");
            assertThat(gateway.awaitExit()).isZero();
        }
    }

    private static boolean inFlight(GatewayProcess gateway) {
        try {
            return gateway.admin("/metrics").body().contains("gateway_exchange_active{listener=\"public\"} 1");
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("the admin listener does not answer", e);
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM, 143", "INT, 130"})
    void endsAtOnceOnASecondSignal(String signal, int code) throws Exception {
        try (GatewayProcess gateway = gateway("60s", "0s");
                HostilePeer peer = HostilePeer.connect(gateway.address())) {
            peer.get("/delay/60000", true);
            Await.until("the call is in flight", Duration.ofSeconds(30), () -> inFlight(gateway));
            gateway.signal(signal);
            gateway.awaitOutput("draining");

            gateway.signal(signal);

            assertThat(gateway.awaitExit()).isEqualTo(code);
        }
    }

    @Test
    void isNotReadyForTheNoticeBeforeItTurnsAnythingAway() throws Exception {
        try (GatewayProcess gateway = gateway("30s", "1500ms");
                HostilePeer peer = HostilePeer.connect(gateway.address())) {
            assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(200);
            long before = System.nanoTime();
            gateway.terminate();
            gateway.awaitOutput("draining");

            assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(503);
            assertThat(gateway.admin("/healthz").statusCode()).isEqualTo(200);
            assertThat(peer.status("/")).isEqualTo("200");
            awaitLastGoaway(peer);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(1500));
            assertThat(gateway.awaitExit()).isZero();
        }
    }
}
