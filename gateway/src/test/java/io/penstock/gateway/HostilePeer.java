// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.FrameConnection;
import io.penstock.harness.wire.Message;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;

/** A client that keeps no rule: sends what a test tells it to, and reads what it gets for that. */
final class HostilePeer implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final FrameConnection connection;
    private int nextStream = 1;

    private HostilePeer(Socket socket) throws IOException {
        this.socket = socket;
        this.connection = FrameConnection.of(socket);
    }

    /** Connects and says nothing. */
    static HostilePeer silent(InetSocketAddress to) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(to, TIMEOUT_MILLIS);
        return new HostilePeer(socket);
    }

    /** Connects and sends the preface, with these SETTINGS. */
    static HostilePeer connect(InetSocketAddress to, long... settings) throws IOException {
        return greeting(silent(to), settings);
    }

    /** Sends the preface on a connection that is there already. */
    static HostilePeer over(Socket socket) throws IOException {
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return greeting(new HostilePeer(socket));
    }

    private static HostilePeer greeting(HostilePeer peer, long... settings) throws IOException {
        try {
            peer.connection.writeText(FrameConnection.PREFACE);
            peer.connection.write(Frame.settings(settings));
        } catch (SocketException e) {
            // refused already, as whoever reads will find
        }
        return peer;
    }

    /** As the gateway's log names it. */
    String name() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    FrameConnection wire() {
        return connection;
    }

    int nextStream() {
        int id = nextStream;
        nextStream += 2;
        return id;
    }

    /** Opens a stream with a proper GET head. */
    int get(String path, boolean end) throws IOException {
        int id = nextStream();
        connection.writeHead(
                id, Field.list(":method", "GET", ":scheme", "http", ":authority", "test", ":path", path), end);
        return id;
    }

    /** Opens a stream with a proper POST head; its body is the test's. */
    int post(String path) throws IOException {
        int id = nextStream();
        connection.writeHead(
                id, Field.list(":method", "POST", ":scheme", "http", ":authority", "test", ":path", path), false);
        return id;
    }

    /** One whole exchange on this connection; the status of its answer. */
    String status(String path) throws IOException {
        int id = get(path, true);
        String status = "";
        while (true) {
            switch (next()) {
                case Message.Head head
                when head.stream() == id -> {
                    status = status.isEmpty() ? head.value(":status") : status;
                    if (head.endStream()) {
                        return status;
                    }
                }
                case Message.Other other
                when other.frame().stream() == id -> {
                    assertThat(other.frame().type()).as("frame of the stream").isNotEqualTo(Frame.RST_STREAM);
                    if (other.frame().type() == Frame.DATA && other.frame().has(Frame.END_STREAM)) {
                        return status;
                    }
                }
                default -> {}
            }
        }
    }

    /** Whether a GET is answered with 200; false when the gateway has closed this connection. */
    boolean served() {
        try {
            return status("/").equals("200");
        } catch (IOException | AssertionError e) {
            return false;
        }
    }

    /** The next head or frame; fails when the connection has ended. */
    Message next() throws IOException {
        Message message = connection.next();
        assertThat(message).as("frame before the end of the connection").isNotNull();
        return java.util.Objects.requireNonNull(message);
    }

    /** Reads up to the RST_STREAM of this stream; its code. */
    int awaitReset(int stream) throws IOException {
        return awaitFrame(Frame.RST_STREAM, stream).number(0);
    }

    Frame awaitFrame(int type, int stream) throws IOException {
        while (true) {
            if (next() instanceof Message.Other other
                    && other.frame().type() == type
                    && other.frame().stream() == stream
                    && !(type == Frame.SETTINGS && !other.frame().has(Frame.ACK))) {
                return other.frame();
            }
        }
    }

    Message.Head awaitHead(int stream) throws IOException {
        while (true) {
            if (next() instanceof Message.Head head && head.stream() == stream) {
                return head;
            }
        }
    }

    /** Reads up to GOAWAY; its code. */
    int awaitGoaway() throws IOException {
        return awaitFrame(Frame.GOAWAY, 0).number(4);
    }

    /** Reads until the gateway closes, and forgets everything. */
    void awaitClose() throws IOException {
        try {
            boolean open = true;
            while (open) {
                open = connection.skip();
            }
        } catch (java.net.SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    /** Writes frames until the gateway lets go, as who floods does. */
    void flood(Frames frames, int times) {
        try {
            for (int i = 0; i < times; i++) {
                for (Frame frame : frames.next()) {
                    connection.write(frame);
                }
            }
        } catch (IOException e) {
            assertThat(socket.isConnected()).isTrue(); // it has let go
        }
    }

    @FunctionalInterface
    interface Frames {
        List<Frame> next() throws IOException;
    }

    static Frame frame(int type, int flags, int stream, byte... payload) {
        return new Frame(type, flags, stream, payload);
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
