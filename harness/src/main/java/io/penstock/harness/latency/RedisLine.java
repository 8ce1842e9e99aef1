// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A connection to Redis that can only set keys, as anybody's client does. Used by one thread. */
final class RedisLine implements Closeable {

    private static final int MAX_REPLY = 1000;

    private final Socket socket;
    private final InputStream in;

    RedisLine(InetSocketAddress to, Duration timeout) throws IOException {
        socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
            socket.connect(to, Math.toIntExact(timeout.toMillis()));
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Returns when Redis has said that the key is set. */
    void set(String key, String value) throws IOException {
        call("SET", key, value);
    }

    void delete(String key) throws IOException {
        call("DEL", key);
    }

    private void call(String... parts) throws IOException {
        var command = new StringBuilder("*" + parts.length + "\r\n");
        for (var part : parts) {
            command.append('$')
                    .append(part.length())
                    .append("\r\n")
                    .append(part)
                    .append("\r\n");
        }
        socket.getOutputStream().write(command.toString().getBytes(StandardCharsets.ISO_8859_1));
        var reply = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || reply.length() > MAX_REPLY) {
                throw new IOException("redis ended its answer after: " + reply);
            }
            reply.append((char) next);
        }
        if (reply.charAt(0) == '-') {
            throw new IOException("redis answers " + reply.toString().strip());
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
