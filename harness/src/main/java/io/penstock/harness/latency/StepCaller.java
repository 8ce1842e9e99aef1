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

    /** Opens a call and waits for the head of its response, which names who answered unless it is held. */
    Message.Head open(String path, boolean end) throws IOException {
        int stream = nextStream;
        nextStream += 2;
        var fields = Field.list(
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                path,
                ":authority",
                "latency",
                "content-type",
                "application/grpc",
                "te",
                "trailers",
                "jobid",
                jobid);
        connection.writeHead(stream, fields, end);
        while (true) {
            var message = connection.next();
            switch (message) {
                case null -> throw new IOException("the gateway closed the connection");
                case Message.Head head
                when head.stream() == stream -> {
                    return head;
                }
                case Message.Head other -> {}
                case Message.Other(Frame frame) -> take(frame, stream);
            }
        }
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
