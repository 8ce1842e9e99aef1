// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.sink;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SinkTest {

    private static Sink sink(boolean hold) throws IOException {
        return Sink.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16, hold);
    }

    private static Socket connect(Sink sink) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), sink.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    @Test
    void answersTheFirstBytesOnceAndClosesAfterItsPeer() throws Exception {
        try (var sink = sink(false);
                var socket = connect(sink)) {
            socket.getOutputStream().write("q\n".getBytes(US_ASCII));
            assertThat(socket.getInputStream().readNBytes(3)).isEqualTo("ok\n".getBytes(US_ASCII));

            socket.getOutputStream().write(new byte[100_000]);
            socket.shutdownOutput();

            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        }
    }

    @Test
    void holdingItTakesConnectionsIntoItsBacklogAndSaysNothing() throws Exception {
        try (var sink = sink(true);
                var socket = connect(sink)) {
            socket.setSoTimeout(200);
            socket.getOutputStream().write("q\n".getBytes(US_ASCII));

            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void closingEndsWhatIsOpen() throws Exception {
        var sink = sink(false);
        try (var socket = connect(sink)) {
            socket.getOutputStream().write("q\n".getBytes(US_ASCII));
            assertThat(socket.getInputStream().readNBytes(3)).hasSize(3);

            sink.close();

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }
}
