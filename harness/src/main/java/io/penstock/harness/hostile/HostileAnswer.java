// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.hostile;

import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.FrameConnection;
import io.penstock.harness.wire.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Carries one command out on its stream. */
final class HostileAnswer {

    private static final int REFUSED_STREAM = 7;
    private static final int NEVER_OPENED = 9_999;
    private static final Duration DRIP = Duration.ofMillis(10);
    private static final byte[] EMPTY_GRPC_MESSAGE = new byte[5];

    private final FrameConnection connection;
    private final HostileBackend backend;
    private final HostileConnection peer;
    private final Message.Head request;
    private final Command command;
    private final int stream;
    private final boolean grpc;

    HostileAnswer(FrameConnection connection, HostileBackend backend, HostileConnection peer, Message.Head request) {
        this.connection = connection;
        this.backend = backend;
        this.peer = peer;
        this.request = request;
        this.command = Command.of(request);
        this.stream = request.stream();
        this.grpc = request.value("content-type").startsWith("application/grpc");
    }

    @SuppressWarnings("EmptyCatch")
    void run() {
        try {
            misbehave();
        } catch (IOException e) {
            // The peer threw us out; its reader notices too and ends the connection.
        }
    }

    private void misbehave() throws IOException {
        long n = command.number();
        switch (command.behaviour()) {
            case OK -> ok();
            case HANG -> {}
            case RST -> reset(n);
            case RST_AFTER_HEAD -> {
                head();
                reset(n);
            }
            case RST_MID_BODY -> {
                head();
                connection.write(Frame.data(stream, new byte[] {0, 0, 0, 0, 100, 1, 2}, false));
                reset(n);
            }
            case REFUSED_ONCE -> refuseOnce();
            case GOAWAY_ZERO -> goaway(0, n);
            case GOAWAY_CLOSE -> {
                goaway(0, n);
                peer.cut();
            }
            case GOAWAY_THEN_ANSWER -> {
                goaway(stream, 0);
                ok();
                peer.cut();
            }
            case CLOSE -> peer.cut();
            case CLOSE_MID_DATA -> closeMidData();
            case IDLE_DATA -> connection.write(Frame.data(NEVER_OPENED, new byte[10], false));
            case BIG_FRAME -> {
                head();
                connection.write(Frame.data(stream, new byte[(int) Math.min(n, (1 << 24) - 1)], false));
            }
            case BAD_HPACK -> badHead(new byte[] {(byte) 0x80});
            case NO_STATUS -> connection.writeHead(stream, Field.list("content-type", "text/plain"), true);
            case BAD_FIELDS ->
                connection.writeHead(stream, Field.list(":status", "200", "X-Upper", "1", "connection", "close"), true);
            case NO_TRAILERS -> {
                head();
                connection.write(Frame.data(stream, EMPTY_GRPC_MESSAGE, true));
            }
            case EARLY_HINTS -> earlyHints(n);
            case HUGE_HEAD -> hugeHead((int) n);
            case CONTINUATION_FLOOD -> continuationFlood(n);
            case OVERRUN -> overrun(n);
            case DRIP -> drip((int) n);
            case ZERO_WINDOW -> {
                peer.stopCrediting();
                connection.write(Frame.settings(Frame.SETTINGS_INITIAL_WINDOW_SIZE, 0));
            }
            case WINDOW_OVERFLOW -> {
                connection.write(Frame.ofNumbers(Frame.WINDOW_UPDATE, stream, Integer.MAX_VALUE));
                connection.write(Frame.ofNumbers(Frame.WINDOW_UPDATE, stream, Integer.MAX_VALUE));
            }
            case PING_FLOOD -> flood(n, new Frame(Frame.PING, 0, 0, new byte[8]));
            case SETTINGS_FLOOD -> flood(n, Frame.settings(Frame.SETTINGS_MAX_CONCURRENT_STREAMS, 100));
            case EMPTY_DATA_FLOOD -> emptyDataFlood(n);
            case SETTINGS_CHANGE -> settingsChange();
            case PUSH ->
                connection.write(
                        new Frame(Frame.PUSH_PROMISE, Frame.END_HEADERS, stream, new byte[] {0, 0, 0, 2, (byte) 0x82}));
            case DATA_AFTER_END -> {
                ok();
                connection.write(Frame.data(stream, new byte[10], false));
            }
            case ARM -> arm();
        }
    }

    private void head() throws IOException {
        connection.writeHead(stream, responseHead(), false);
    }

    private List<Field> responseHead() {
        return Field.list(
                ":status", "200", "content-type", grpc ? "application/grpc" : "text/plain", "x-backend", "hostile");
    }

    private void ok() throws IOException {
        head();
        end();
    }

    private void end() throws IOException {
        if (grpc) {
            connection.write(Frame.data(stream, EMPTY_GRPC_MESSAGE, false));
            connection.writeHead(stream, Field.list("grpc-status", "0"), true);
        } else {
            connection.write(Frame.data(stream, "ok\n".getBytes(StandardCharsets.US_ASCII), true));
        }
    }

    private void reset(long code) throws IOException {
        connection.write(Frame.ofNumbers(Frame.RST_STREAM, stream, code));
    }

    private void goaway(int last, long code) throws IOException {
        connection.write(Frame.ofNumbers(Frame.GOAWAY, 0, last, code));
    }

    private void refuseOnce() throws IOException {
        if (backend.firstTime(command.given())) {
            reset(REFUSED_STREAM);
        } else {
            ok();
        }
    }

    private void closeMidData() throws IOException {
        head();
        var whole = FrameConnection.bytes(Frame.data(stream, new byte[1000], false));
        connection.writeBytes(Arrays.copyOf(whole, 500));
        peer.cut();
    }

    private void badHead(byte[] block) throws IOException {
        connection.write(new Frame(Frame.HEADERS, Frame.END_HEADERS | Frame.END_STREAM, stream, block));
    }

    private void earlyHints(long times) throws IOException {
        for (long i = 0; i < times; i++) {
            connection.writeHead(stream, Field.list(":status", "103", "link", "</style.css>; rel=preload"), false);
        }
        ok();
    }

    private void hugeHead(int bytes) throws IOException {
        var fields = responseHead();
        for (int left = bytes, i = 0; left > 0; left -= 4000, i++) {
            fields.add(new Field("x-huge-" + i, "h".repeat(Math.min(left, 4000))));
        }
        connection.writeHead(stream, fields, false);
        end();
    }

    private void continuationFlood(long frames) throws IOException {
        connection.write(new Frame(Frame.HEADERS, 0, stream, new byte[0]));
        flooding(frames, new Frame(Frame.CONTINUATION, 0, stream, new byte[0]));
    }

    private void overrun(long bytes) throws IOException {
        head();
        for (long left = bytes; left > 0; left -= FrameConnection.FRAME_BYTES) {
            var part = new byte[(int) Math.min(left, FrameConnection.FRAME_BYTES)];
            connection.write(Frame.data(stream, part, left <= FrameConnection.FRAME_BYTES));
        }
    }

    private void drip(int bytes) throws IOException {
        head();
        // A gRPC message of that many bytes, so that a client sees it only when the last byte has come.
        byte[] body = new byte[bytes + (grpc ? 5 : 0)];
        if (grpc) {
            System.arraycopy(Frame.ofNumbers(0, 0, bytes).payload(), 0, body, 1, 4);
        }
        for (int i = 0; i < body.length; i++) {
            boolean last = !grpc && i == body.length - 1;
            connection.write(Frame.data(stream, new byte[] {body[i]}, last));
            HostileConnection.pause(DRIP);
        }
        if (grpc) {
            connection.writeHead(stream, Field.list("grpc-status", "0"), true);
        }
    }

    private void flood(long frames, Frame frame) throws IOException {
        flooding(frames, frame);
        ok();
    }

    private void emptyDataFlood(long frames) throws IOException {
        head();
        flooding(frames, Frame.data(stream, new byte[0], false));
        end();
    }

    private void flooding(long frames, Frame frame) throws IOException {
        var bytes = FrameConnection.bytes(frame);
        for (long i = 0; i < frames; i++) {
            connection.writeBytes(bytes);
        }
    }

    private void settingsChange() throws IOException {
        connection.write(Frame.settings(0xf0f0, 7, Frame.SETTINGS_HEADER_TABLE_SIZE, 0));
        connection.write(Frame.settings(
                Frame.SETTINGS_INITIAL_WINDOW_SIZE, 100_000, 0xf1f1, 9, Frame.SETTINGS_MAX_FRAME_SIZE, 32_768));
        connection.write(Frame.settings(Frame.SETTINGS_HEADER_TABLE_SIZE, 65_536));
        ok();
    }

    private void arm() throws IOException {
        var name = command.given().toUpperCase(Locale.ROOT).replace('-', '_');
        for (var greeting : Greeting.values()) {
            if (greeting.name().equals(name)) {
                backend.arm(greeting);
                ok();
                return;
            }
        }
        connection.writeHead(stream, Field.list(":status", "400", "x-found", request.value(":path")), true);
    }
}
