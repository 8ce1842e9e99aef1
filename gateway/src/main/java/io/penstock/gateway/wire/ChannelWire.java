// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** A cleartext TCP connection, blocking, for virtual threads. */
public final class ChannelWire implements PooledWire {
    private final SocketChannel channel;
    /** When a part of a write was taken, and not the last one; 0 before. */
    private volatile long progressNanos;

    private ChannelWire(SocketChannel channel) {
        this.channel = channel;
    }

    /** Takes over a channel that is open and blocking. */
    public static ChannelWire of(SocketChannel channel) {
        return new ChannelWire(channel);
    }

    /** Connects; blocks for the timeout at most. */
    public static ChannelWire connect(InetSocketAddress address, Duration timeout) throws IOException {
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
            if (bytes.hasRemaining()) {
                noteProgress();
            }
        }
    }

    /** A part of what is being written was taken. */
    void noteProgress() {
        progressNanos = System.nanoTime() | 1;
    }

    @Override
    public long stalledSinceNanos(long beganNanos) {
        long progress = progressNanos;
        return progress != 0 && progress - beganNanos > 0 ? progress : beganNanos;
    }

    /** As {@link #read}, for so many milliseconds at most; then it throws {@link java.net.SocketTimeoutException}. */
    int readWithin(byte[] buffer, int offset, int length, int millis) throws IOException {
        channel.socket().setSoTimeout(millis);
        return channel.socket().getInputStream().read(buffer, offset, length);
    }

    /** Reads what is there, perhaps nothing. */
    int readAtHand(byte[] buffer, int offset, int length) throws IOException {
        channel.configureBlocking(false);
        try {
            return channel.read(ByteBuffer.wrap(buffer, offset, length));
        } finally {
            channel.configureBlocking(true);
        }
    }

    @Override
    public boolean quiet() {
        try {
            return readAtHand(new byte[1], 0, 1) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void rest() {
        // it has no buffers
    }

    @Override
    public String protocol() {
        return "";
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
