// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.wire;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One HTTP/2 GET with prior knowledge on a connection of its own, since the JDK's client only upgrades in cleartext. */
public final class PlainGet {

    private static final int KEPT_BODY_BYTES = 64 << 10;

    private PlainGet() {}

    /**
     * The answer to the GET.
     *
     * @param status the final HTTP status
     * @param fields the response head without {@code :status}, then the trailers
     * @param bodyBytes the length of the whole body
     * @param bodyStart the first 64 KiB of the body as UTF-8
     */
    public record Answer(int status, List<Field> fields, long bodyBytes, String bodyStart) {

        public Answer {
            fields = List.copyOf(fields);
        }

        /** Finds the first value of the field, or answers the empty text. */
        public String value(String name) {
            return new Message.Head(0, fields, false).value(name);
        }
    }

    /**
     * Sends the request and reads the whole answer; body bytes beyond those kept are counted and dropped.
     *
     * @throws IOException also for a reset, GOAWAY, a close before the end and when {@code timeout} passes
     */
    public static Answer send(InetSocketAddress to, String path, List<Field> fields, Duration timeout)
            throws IOException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        try (var connection = FrameConnection.connect(to, timeout)) {
            var head = new ArrayList<>(Field.list(
                    ":method", "GET", ":scheme", "http", ":authority", authority(to, fields), ":path", path));
            fields.stream().filter(f -> !f.name().startsWith(":")).forEach(head::add);
            connection.writeHead(1, head, true);
            var reading = new Reading(connection);
            while (!reading.finished) {
                long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0) {
                    throw new SocketTimeoutException("no whole answer within " + timeout);
                }
                connection.readTimeout(Duration.ofMillis(leftMillis));
                reading.take(connection.next());
            }
            return reading.answer();
        }
    }

    private static String authority(InetSocketAddress to, List<Field> fields) {
        var given = new Message.Head(0, fields, false).value(":authority");
        return given.isEmpty() ? to.getHostString() + ":" + to.getPort() : given;
    }

    private static final class Reading {
        private final FrameConnection connection;
        private final List<Field> fields = new ArrayList<>();
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private int status;
        private long bodyBytes;
        private boolean finished;

        Reading(FrameConnection connection) {
            this.connection = connection;
        }

        void take(@Nullable Message message) throws IOException {
            switch (message) {
                case null -> throw new EOFException("connection closed before the answer ended");
                case Message.Head head -> takeHead(head);
                case Message.Other other -> takeFrame(other.frame());
            }
        }

        private void takeHead(Message.Head head) {
            var seen = head.value(":status");
            if (seen.startsWith("1")) {
                return;
            }
            if (!seen.isEmpty()) {
                status = Integer.parseInt(seen);
            }
            head.fields().stream().filter(f -> !f.name().equals(":status")).forEach(fields::add);
            finished = head.endStream();
        }

        private void takeFrame(Frame frame) throws IOException {
            switch (frame.type()) {
                case Frame.DATA -> takeData(frame);
                case Frame.SETTINGS -> {
                    if (!frame.has(Frame.ACK)) {
                        connection.write(Frame.settingsAck());
                    }
                }
                case Frame.PING -> {
                    if (!frame.has(Frame.ACK)) {
                        connection.write(new Frame(Frame.PING, Frame.ACK, 0, frame.payload()));
                    }
                }
                case Frame.RST_STREAM -> throw new IOException("stream reset with code " + frame.number(0));
                case Frame.GOAWAY -> {
                    if (frame.number(0) < 1) {
                        throw new IOException("GOAWAY with code " + frame.number(4) + " refused the stream");
                    }
                }
                default -> {}
            }
        }

        private void takeData(Frame frame) throws IOException {
            byte[] payload = frame.payload();
            int from = frame.has(Frame.PADDED) ? 1 : 0;
            int length = payload.length - from - (from == 1 ? payload[0] & 0xff : 0);
            kept.write(payload, from, Math.max(0, Math.min(length, KEPT_BODY_BYTES - kept.size())));
            bodyBytes += length;
            finished = frame.has(Frame.END_STREAM);
            if (payload.length > 0) {
                connection.write(Frame.ofNumbers(Frame.WINDOW_UPDATE, 0, payload.length));
                if (!finished) {
                    connection.write(Frame.ofNumbers(Frame.WINDOW_UPDATE, frame.stream(), payload.length));
                }
            }
        }

        Answer answer() {
            return new Answer(status, fields, bodyBytes, kept.toString(StandardCharsets.UTF_8));
        }
    }
}
