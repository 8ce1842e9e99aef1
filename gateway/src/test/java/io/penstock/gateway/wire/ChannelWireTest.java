// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChannelWireTest {
    private static final int SMALL = 8 * 1024;
    private static final int LARGE = 4 * 1024 * 1024;

    /** What a client that reads slowly but steadily looks like to whoever watches for one that does not read. */
    @Test
    void tellsOfTheProgressOfOneLongWrite() throws Exception {
        try (ServerSocketChannel listening = ServerSocketChannel.open();
                SocketChannel writing = SocketChannel.open()) {
            listening.setOption(StandardSocketOptions.SO_RCVBUF, SMALL);
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            writing.setOption(StandardSocketOptions.SO_SNDBUF, SMALL);
            writing.connect(listening.getLocalAddress());
            ChannelWire wire = ChannelWire.of(writing);
            try (SocketChannel reading = listening.accept()) {
                long began = System.nanoTime();
                assertThat(wire.stalledSinceNanos(began)).isEqualTo(began);
                Thread writer = Thread.startVirtualThread(() -> writeAll(wire));

                long first = readUntilProgressSince(began, reading, wire);
                long second = readUntilProgressSince(first, reading, wire);

                assertThat(second - first).isPositive();
                assertThat(writer.isAlive()).as("the write goes on").isTrue();
            }
        }
    }

    private static void writeAll(ChannelWire wire) {
        try {
            wire.write(new byte[LARGE], 0, LARGE);
        } catch (IOException e) {
            // the test is over
        }
    }

    private static long readUntilProgressSince(long began, SocketChannel reading, ChannelWire wire) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(1024);
        while (wire.stalledSinceNanos(began) == began) {
            if (reading.read(bytes.clear()) < 0) {
                throw new EOFException("no progress was seen");
            }
        }
        return wire.stalledSinceNanos(began);
    }
}
