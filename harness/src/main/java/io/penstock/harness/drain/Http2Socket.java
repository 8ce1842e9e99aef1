// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.Message;
import java.io.EOFException;
import java.io.IOException;

/** A WebSocket in a stream of HTTP/2 (RFC 8441). */
final class Http2Socket implements SocketCaller.Wire {

    private final Http2Client.Stream stream;
    private byte[] data = new byte[0];
    private int at;
    private boolean ended;

    private Http2Socket(Http2Client.Stream stream) {
        this.stream = stream;
    }

    static Http2Socket open(DrainPlan plan, Http2Clients clients) throws IOException, InterruptedException {
        var head = Field.list(
                ":method",
                "CONNECT",
                ":protocol",
                "websocket",
                ":scheme",
                "http",
                ":path",
                "/ws",
                ":authority",
                plan.authority(),
                "sec-websocket-version",
                "13");
        var stream = clients.usable().open(head, false);
        if (stream == null) {
            throw new EOFException("the connection takes no streams");
        }
        if (!(stream.next() instanceof Message.Head answer)
                || !answer.value(":status").equals("200")) {
            throw new IOException("the handshake was refused");
        }
        return new Http2Socket(stream);
    }

    @Override
    public int next() throws IOException, InterruptedException {
        while (at == data.length) {
            if (ended) {
                return -1;
            }
            if (!(stream.next() instanceof Message.Other(Frame frame))) {
                throw new IOException("found a head, expected DATA");
            }
            if (frame.type() == Frame.RST_STREAM) {
                throw new IOException("reset with code " + frame.number(0));
            }
            data = frame.payload();
            at = 0;
            ended = frame.has(Frame.END_STREAM);
        }
        return data[at++] & 0xff;
    }

    @Override
    public void send(byte[] bytes, boolean last) throws IOException {
        stream.send(bytes, last);
    }

    @Override
    public void close() {
        // its connection is shared, and closed by those who share it
    }
}
