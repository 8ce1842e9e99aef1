// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Connections that each made one request and then do nothing, as those of browsers and client pools do.
 *
 * <p>Each costs this process a socket and no thread. Opened one after the other, so that the other side needs no more
 * connections upstream than one.
 */
public final class IdleConnections implements AutoCloseable {

    private final List<SocketChannel> channels = new ArrayList<>();

    /**
     * Opens connections until {@code count} are held, each with one answered request.
     *
     * @param timeout of each connect and of each answer
     * @throws IOException when a connection fails, or its answer is not 2xx, or the other side means to close it; those
     *     opened so far are held until {@link #close}
     */
    public void open(InetSocketAddress to, HttpRequest request, int count, Duration timeout) throws IOException {
        int limit = Math.toIntExact(timeout.toMillis());
        while (channels.size() < count) {
            var channel = SocketChannel.open();
            channels.add(channel);
            var socket = channel.socket();
            socket.setTcpNoDelay(true);
            socket.connect(to, limit);
            socket.setSoTimeout(limit);
            request.write(socket.getOutputStream());
            var answer = new AnswerReader(socket.getInputStream(), () -> {}).next(false);
            if (answer.status() / 100 != 2 || !answer.reusable()) {
                throw new IOException("connection " + channels.size() + " was answered with " + answer.status()
                        + (answer.reusable() ? "" : " and will be closed"));
            }
            channel.configureBlocking(false);
        }
    }

    /** How many are still open: the other side sent no end, no reset and no byte. Does not block. */
    public int stillOpen() {
        return (int) channels.stream().filter(IdleConnections::quiet).count();
    }

    private static boolean quiet(SocketChannel channel) {
        try {
            return channel.read(ByteBuffer.allocate(1)) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        for (var channel : channels) {
            channel.close();
        }
    }
}
