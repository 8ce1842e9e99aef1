// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.harness.backend.Backends;
import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.FrameConnection;
import io.penstock.harness.wire.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What large bodies and slow readers cost in memory, in a process of 128 MiB of heap. Short by default; the sizes and the stall that
 * were promised run with {@code -Dpenstock.long=true}.
 */
@Tag("process")
class MemoryTest {
    private static final boolean LONG = Boolean.getBoolean("penstock.long");
    private static final int UPLOAD_MEGABYTES = LONG ? 3_000 : 300;
    private static final int DOWNLOAD_MEGABYTES = LONG ? 1_000 : 64;
    private static final Duration STALL = LONG ? Duration.ofSeconds(10) : Duration.ofSeconds(1);
    private static final int MESSAGE_BYTES = FrameConnection.FRAME_BYTES;
    private static final int PREFIX_BYTES = 5;

    @TempDir
    static Path folder;

    private static Backends backends;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() throws IOException {
        backends = Backends.start(Backends.Ports.any());
        gateway = GatewayProcess.start(folder, LocalGateway.toOrigin(backends.grpcA(), ""), "-Xmx128m");
    }

    @AfterAll
    static void stop() {
        gateway.close();
        backends.close();
    }

    private static int call(HostilePeer peer, String method, String... more) throws IOException {
        int id = peer.nextStream();
        var head = Field.list(
                ":method",
                "POST",
                ":scheme",
                "http",
                ":authority",
                "test",
                ":path",
                "/penstock.Echo/" + method,
                "content-type",
                "application/grpc",
                "te",
                "trailers");
        head.addAll(Field.list(more));
        peer.wire().writeHead(id, head, false);
        return id;
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void passesALargeRequestBodyOn() throws Exception {
        long messages = UPLOAD_MEGABYTES * 1_000_000L / MESSAGE_BYTES;
        byte[] message = new byte[MESSAGE_BYTES];
        int length = MESSAGE_BYTES - PREFIX_BYTES;
        message[3] = (byte) (length >> 8);
        message[4] = (byte) length;
        try (HostilePeer peer = HostilePeer.connect(gateway.address())) {
            int id = call(peer, "ClientStream");
            Windows windows = new Windows(peer, id);
            for (long i = 0; i < messages; i++) {
                windows.take(MESSAGE_BYTES);
                peer.wire().write(Frame.data(id, message, i == messages - 1));
            }

            StringBuilder summary = new StringBuilder();
            String status = "";
            while (status.isEmpty()) {
                switch (peer.next()) {
                    case Message.Head head -> status = head.value("grpc-status");
                    case Message.Other(Frame frame) -> {
                        if (frame.type() == Frame.DATA) {
                            summary.append(new String(frame.payload(), StandardCharsets.US_ASCII));
                        }
                    }
                }
            }

            assertThat(status).isEqualTo("0");
            assertThat(summary.toString()).endsWith("messages=" + messages + " bytes=" + messages * length);
        }
    }

    /** What the gateway lets this client send, kept by the frames that arrive. */
    private static final class Windows {
        private final HostilePeer peer;
        private final int stream;
        private long ofConnection = 65_535;
        private long ofStream = 65_535;

        Windows(HostilePeer peer, int stream) {
            this.peer = peer;
            this.stream = stream;
        }

        void take(int bytes) throws IOException {
            while (ofConnection < bytes || ofStream < bytes) {
                if (peer.next() instanceof Message.Other(Frame frame)) {
                    credit(frame);
                }
            }
            ofConnection -= bytes;
            ofStream -= bytes;
        }

        private void credit(Frame frame) throws IOException {
            switch (frame.type()) {
                case Frame.WINDOW_UPDATE -> {
                    if (frame.stream() == 0) {
                        ofConnection += frame.number(0);
                    } else {
                        ofStream += frame.number(0);
                    }
                }
                case Frame.SETTINGS -> {
                    if (!frame.has(Frame.ACK)) {
                        ofStream += initialWindow(frame) - 65_535;
                        peer.wire().write(Frame.settingsAck());
                    }
                }
                default ->
                    assertThat(frame.type()).as("frame of stream " + stream).isNotIn(Frame.RST_STREAM, Frame.GOAWAY);
            }
        }

        private static long initialWindow(Frame settings) {
            for (int at = 0; at < settings.payload().length; at += 6) {
                if (settings.payload()[at + 1] == Frame.SETTINGS_INITIAL_WINDOW_SIZE) {
                    return settings.number(at + 2);
                }
            }
            return 65_535;
        }
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void keepsLittleForAReaderThatStalls() throws Exception {
        download(1_000_000, Duration.ZERO); // what a first call loads
        long before = liveHeapBytes();

        long during = download(DOWNLOAD_MEGABYTES * 1_000_000L, STALL);

        assertThat(during - before).as("live heap that the stalled call added").isLessThan(2 << 20);
    }

    /** Reads a long answer, and stops in its midst for a time; the gateway's live heap at the end of that time. */
    private static long download(long bytes, Duration stall) throws Exception {
        int each = 100_000;
        long live = 0;
        try (HostilePeer peer = HostilePeer.connect(gateway.address(), Frame.SETTINGS_INITIAL_WINDOW_SIZE, 16 << 20)) {
            peer.wire().write(Frame.ofNumbers(Frame.WINDOW_UPDATE, 0, 16 << 20));
            int id = call(
                    peer,
                    "ServerStream",
                    "echo-size",
                    Integer.toString(each),
                    "echo-count",
                    Long.toString(bytes / each));
            peer.wire().write(Frame.data(id, new byte[PREFIX_BYTES], true));
            long received = 0;
            boolean stalled = stall.isZero();
            String status = "";
            while (status.isEmpty()) {
                switch (peer.next()) {
                    case Message.Head head -> status = head.value("grpc-status");
                    case Message.Other(Frame frame) -> {
                        if (frame.type() == Frame.DATA) {
                            received += frame.payload().length;
                            credit(peer, frame);
                        }
                    }
                }
                if (!stalled && received > bytes / 2) {
                    stalled = true;
                    TimeUnit.NANOSECONDS.sleep(stall.toNanos()); // the stall itself
                    live = liveHeapBytes();
                }
            }
            assertThat(status).isEqualTo("0");
            assertThat(received).isEqualTo(bytes / each * (each + PREFIX_BYTES));
        }
        return live;
    }

    private static void credit(HostilePeer peer, Frame frame) throws IOException {
        if (frame.payload().length > 0) {
            peer.wire().write(Frame.ofNumbers(Frame.WINDOW_UPDATE, 0, frame.payload().length));
            peer.wire().write(Frame.ofNumbers(Frame.WINDOW_UPDATE, frame.stream(), frame.payload().length));
        }
    }

    /** What is left in the gateway's heap after a full collection, as its JDK's own tool counts it. */
    private static long liveHeapBytes() throws Exception {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(gateway.pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        Matcher total = Pattern.compile("Total +\\d+ +(\\d+)").matcher(histogram);
        assertThat(total.find()).as(histogram).isTrue();
        return Long.parseLong(total.group(1));
    }
}
