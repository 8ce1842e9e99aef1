// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.FrameConnection;
import io.penstock.harness.wire.Message;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A client that does one step at a time on one connection, so that nothing of its own lies between a step and the clock. */
final class StepCaller implements Closeable {

    private static final int CANCEL = 8;

    private final FrameConnection connection;
    private final String jobid;
    private int nextStream = 1;

    StepCaller(InetSocketAddress to, String jobid, Duration timeout) throws IOException {
        this.connection = FrameConnection.connect(to, timeout);
        this.jobid = jobid;
    }

    /** Opens a call of gRPC and waits for the head of its response, which names who answered unless it is held. */
    Message.Head open(String path, boolean end) throws IOException {
        return awaitHead(begin("POST", path, Field.list("content-type", "application/grpc", "te", "trailers"), end));
    }

    /** Sends the head of a request; the stream that it opened. */
    int begin(String method, String path, List<Field> fields, boolean end) throws IOException {
        int stream = nextStream;
        nextStream += 2;
        var head = new ArrayList<>(Field.list(
                ":method", method, ":scheme", "http", ":path", path, ":authority", "latency", "jobid", jobid));
        head.addAll(fields);
        connection.writeHead(stream, head, end);
        return stream;
    }

    /** Sends bytes of a request body, or its end. */
    void send(int stream, byte[] bytes, boolean end) throws IOException {
        connection.write(Frame.data(stream, bytes, end));
    }

    Message.Head awaitHead(int stream) throws IOException {
        while (true) {
            if (next(stream) instanceof Message.Head head && head.stream() == stream) {
                return head;
            }
        }
    }

    /** Waits for a byte of the response body: false when the body ended instead. */
    boolean awaitByte(int stream) throws IOException {
        while (true) {
            switch (next(stream)) {
                case Message.Head head
                when head.stream() == stream -> {
                    return false;
                }
                case Message.Other(Frame frame)
                when frame.type() == Frame.DATA && frame.stream() == stream -> {
                    if (frame.payload().length > 0) {
                        connection.write(Frame.ofNumbers(Frame.WINDOW_UPDATE, 0, frame.payload().length));
                        return true;
                    }
                    if (frame.has(Frame.END_STREAM)) {
                        return false;
                    }
                }
                default -> {}
            }
        }
    }

    /** The next message of the connection, answered where that is its due. */
    private Message next(int stream) throws IOException {
        var message = connection.next();
        if (message == null) {
            throw new IOException("the gateway closed the connection");
        }
        if (message instanceof Message.Other(Frame frame)) {
            take(frame, stream);
        }
        return message;
    }

    private void take(Frame frame, int stream) throws IOException {
        switch (frame.type()) {
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
            case Frame.GOAWAY -> throw new IOException("the gateway said GOAWAY with code " + frame.number(4));
            case Frame.RST_STREAM -> {
                if (frame.stream() == stream) {
                    throw new IOException("the gateway reset the call with code " + frame.number(0));
                }
            }
            default -> {}
        }
    }

    /** Resets the stream. */
    void cancel(int stream) throws IOException {
        connection.write(Frame.ofNumbers(Frame.RST_STREAM, stream, CANCEL));
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
