// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.wire.ProxyHeader;
import io.penstock.gateway.wire.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderReaderTest {

    /** Brings bytes, as many as are asked for. */
    private static final class Bytes implements Wire {
        private final byte[] bytes;
        private int at;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            int now = Math.min(length, bytes.length - at);
            System.arraycopy(bytes, at, buffer, offset, now);
            at += now;
            return now == 0 ? -1 : now;
        }

        int left() {
            return bytes.length - at;
        }

        @Override
        public void write(byte[] buffer, int offset, int length) {}

        @Override
        public void finish() {}

        @Override
        public void abort() {}
    }

    private static InetSocketAddress address(String ip, int port) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(ip), port);
    }

    private static byte[] followed(byte[] header) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(header);
        bytes.writeBytes("GET".getBytes(StandardCharsets.US_ASCII));
        return bytes.toByteArray();
    }

    @Test
    void readsBothVersionsAndNotAByteMore() throws IOException {
        for (String ip : new String[] {"192.0.2.1", "2001:db8::1"}) {
            InetSocketAddress from = address(ip, 4711);
            for (byte[] header : new byte[][] {ProxyHeader.v1(from, from), ProxyHeader.v2(from, from)}) {
                Bytes wire = new Bytes(followed(header));

                assertThat(ProxyHeaderReader.read(wire)).isEqualTo(from);
                assertThat(wire.left()).isEqualTo(3);
            }
        }
    }

    @Test
    void takesTheProxyItselfWhenTheHeaderNamesNobody() throws IOException {
        byte[] local = ProxyHeader.v2(address("192.0.2.1", 1), address("192.0.2.1", 1));
        local[12] = 0x20;

        assertThat(ProxyHeaderReader.read(new Bytes(local))).isNull();
        assertThat(ProxyHeaderReader.read(new Bytes("PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII))))
                .isNull();
        assertThat(ProxyHeaderReader.read(
                        new Bytes("PROXY UNKNOWN ff:: ff:: 1 2\r\n".getBytes(StandardCharsets.US_ASCII))))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n",
                "PROXY TCP4 192.0.2.1 192.0.2.2 99999 1\r\n",
                "PROXY TCP4 192.0.2.999 192.0.2.2 1 1\r\n",
                "PROXY TCP4 evil.example 192.0.2.2 1 1\r\n",
                "PROXY TCP6 192.0.2.1.1 ::1 1 1\r\n",
                "PROXY TCP4 192.0.2.1 192.0.2.2 1 1\n",
                "PROXY UNKNOWN\n"
            })
    void refusesWhatIsNoHeader(String text) {
        assertThatThrownBy(() -> ProxyHeaderReader.read(new Bytes(text.getBytes(StandardCharsets.US_ASCII))))
                .isInstanceOf(ProxyHeaderReader.Malformed.class);
    }

    @Test
    void boundsBothVersions() throws IOException {
        String longLine = "PROXY TCP4 " + "1".repeat(200);
        byte[] header = ProxyHeader.v2(address("192.0.2.1", 1), address("192.0.2.1", 1));
        header[14] = (byte) 0xff;

        assertThatThrownBy(() -> ProxyHeaderReader.read(new Bytes(longLine.getBytes(StandardCharsets.US_ASCII))))
                .isInstanceOf(ProxyHeaderReader.Malformed.class);
        assertThatThrownBy(() -> ProxyHeaderReader.read(new Bytes(header)))
                .isInstanceOf(ProxyHeaderReader.Malformed.class);
    }
}
