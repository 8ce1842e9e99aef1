// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream;

import io.penstock.gateway.http2.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** A cleartext TCP connection to an upstream, blocking, for virtual threads. */
final class ChannelWire implements Wire {
    private final SocketChannel channel;

    private ChannelWire(SocketChannel channel) {
        this.channel = channel;
    }

    /** Connects; blocks for the timeout at most. */
    static ChannelWire connect(InetSocketAddress address, Duration timeout) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            // without it, every small frame waits for the delayed acknowledgement of the one before: 40 ms
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            channel.socket().connect(address, (int) timeout.toMillis());
            return new ChannelWire(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        return channel.read(ByteBuffer.wrap(buffer, offset, length));
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(buffer, offset, length);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void finish() {
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            abort(); // closed already
        }
    }

    @Override
    public void abort() {
        try {
            channel.close();
        } catch (IOException e) {
            // a descriptor that cannot be closed is gone
        }
    }
}
