// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Over HTTP/1.1. */
final class Http1ByteCaller implements ByteCaller {

    private final Http1Line line;
    private final String post;
    private final String get;

    Http1ByteCaller(InetSocketAddress to, String path, String jobid, Duration timeout) throws IOException {
        this.line = Http1Line.connect(to, timeout);
        var rest = " " + path + " HTTP/1.1\r\nhost: latency\r\njobid: " + jobid + "\r\n";
        this.post = "POST" + rest + "transfer-encoding: chunked\r\n\r\n";
        this.get = "GET" + rest + "\r\n";
    }

    @Override
    public void send(boolean first) throws IOException {
        line.write(first ? post + Http1Line.BYTE : Http1Line.BYTE);
    }

    @Override
    public void endSending() throws IOException {
        line.write(Http1Line.END);
        served("content-length: 0");
    }

    @Override
    public void ask() throws IOException {
        line.write(get);
    }

    @Override
    public void receive(boolean first) throws IOException {
        if (first) {
            served("transfer-encoding: chunked");
        }
        if (!line.awaitByte()) {
            throw new IOException("the answer ended before its last byte");
        }
    }

    @Override
    public void endReceiving() throws IOException {
        if (line.awaitByte()) {
            throw new IOException("the answer has a byte that the upstream has not sent");
        }
    }

    private void served(String field) throws IOException {
        var head = line.head();
        if (!head.startsWith("http/1.1 200 ") || !head.contains("\r\n" + field + "\r\n")) {
            throw new IOException("the gateway refused a request: " + head.strip());
        }
    }

    @Override
    public void close() throws IOException {
        line.close();
    }
}
