// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.FrameConnection;
import io.penstock.harness.wire.Message;
import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * An HTTP/2 upstream that answers each call with its own name, holds those of one path open, and notes when a reset arrives.
 *
 * <p>One reader for each connection; what it reads last before it looks at the clock is the frame itself.
 */
final class NotingUpstream implements Closeable {

    /** Calls of this path get a response head and no end. */
    static final String HOLD = "/penstock.Latency/Hold";

    static final String NAME_FIELD = "x-backend";

    private final String name;
    private final Accepting accepting;
    private final LinkedBlockingQueue<Long> resets = new LinkedBlockingQueue<>();

    NotingUpstream(String name) throws IOException {
        this.name = name;
        this.accepting = new Accepting("upstream-" + name, this::serve);
    }

    String address() {
        return accepting.address();
    }

    /** The instant, by {@link System#nanoTime}, at which the next reset was read. */
    long awaitReset(Duration most) throws IOException, InterruptedException {
        Long at = resets.poll(most.toNanos(), TimeUnit.NANOSECONDS);
        if (at == null) {
            throw new IOException("no reset reached the upstream within " + most.toMillis() + " ms");
        }
        return at;
    }

    private void serve(Socket socket) throws IOException {
        var connection = FrameConnection.of(socket);
        connection.readPreface();
        connection.write(Frame.settings());
        for (var message = connection.next(); message != null; message = connection.next()) {
            switch (message) {
                case Message.Head head -> answer(connection, head);
                case Message.Other(Frame frame) -> take(connection, frame);
            }
        }
    }

    private void answer(FrameConnection connection, Message.Head head) throws IOException {
        if (head.value(":path").equals(HOLD)) {
            connection.writeHead(
                    head.stream(), Field.list(":status", "200", "content-type", "application/grpc"), false);
            return;
        }
        connection.writeHead(
                head.stream(),
                Field.list(":status", "200", "content-type", "application/grpc", NAME_FIELD, name, "grpc-status", "0"),
                true);
    }

    private void take(FrameConnection connection, Frame frame) throws IOException {
        switch (frame.type()) {
            case Frame.RST_STREAM -> resets.add(System.nanoTime());
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
            default -> {}
        }
    }

    @Override
    public void close() throws IOException {
        accepting.close();
    }
}
