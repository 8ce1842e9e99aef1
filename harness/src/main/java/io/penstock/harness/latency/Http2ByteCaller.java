// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Over cleartext HTTP/2 with prior knowledge. */
final class Http2ByteCaller implements ByteCaller {

    private static final byte[] BYTE = {'b'};

    private final StepCaller caller;
    private final String path;
    private int stream;

    Http2ByteCaller(InetSocketAddress to, String path, String jobid, Duration timeout) throws IOException {
        this.caller = new StepCaller(to, jobid, timeout);
        this.path = path;
    }

    @Override
    public void send(boolean first) throws IOException {
        if (first) {
            stream = caller.begin("POST", path, List.of(), false);
        }
        caller.send(stream, BYTE, false);
    }

    @Override
    public void endSending() throws IOException {
        caller.send(stream, new byte[0], true);
        if (!served() && caller.awaitByte(stream)) {
            throw new IOException("the answer to an upload has a body");
        }
    }

    @Override
    public void ask() throws IOException {
        stream = caller.begin("GET", path, List.of(), true);
    }

    @Override
    public void receive(boolean first) throws IOException {
        if ((first && served()) || !caller.awaitByte(stream)) {
            throw new IOException("the answer ended before its last byte");
        }
    }

    @Override
    public void endReceiving() throws IOException {
        if (caller.awaitByte(stream)) {
            throw new IOException("the answer has a byte that the upstream has not sent");
        }
    }

    /** Whether the head was all of the answer. */
    private boolean served() throws IOException {
        var head = caller.awaitHead(stream);
        if (!head.value(":status").equals("200")) {
            throw new IOException("the gateway refused a request: " + head.fields());
        }
        return head.endStream();
    }

    @Override
    public void close() throws IOException {
        caller.close();
    }
}
