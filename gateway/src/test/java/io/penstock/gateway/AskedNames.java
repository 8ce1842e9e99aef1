// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * The names that TLS clients ask a server for, read from their ClientHello (RFC 8446 section 4.1.2, RFC 6066 section
 * 3): the engine of this process leaves the extension aside, as the gateway wants it to.
 */
final class AskedNames {
    private static final int RECORD_HEADER = 5;
    private static final int VERSION_AND_RANDOM = 34;

    private final List<String> names = new CopyOnWriteArrayList<>();

    /** The names in the order in which they came; a client that asked for none adds none. */
    List<String> all() {
        return names;
    }

    /** A server of {@code context} on a free loopback port whose clients' names are kept. */
    ServerSocket serve(SSLContext context, String... protocols) throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress()) {
            @Override
            public Socket accept() throws IOException {
                Socket plain = super.accept();
                byte[] hello = firstRecord(plain.getInputStream());
                keepName(ByteBuffer.wrap(hello, RECORD_HEADER, hello.length - RECORD_HEADER));
                SSLSocket socket = (SSLSocket)
                        context.getSocketFactory().createSocket(plain, new ByteArrayInputStream(hello), true);
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setApplicationProtocols(protocols);
                socket.setSSLParameters(parameters);
                return socket;
            }
        };
    }

    private static byte[] firstRecord(InputStream in) throws IOException {
        byte[] header = in.readNBytes(RECORD_HEADER);
        int length = ByteBuffer.wrap(header).getShort(3) & 0xffff;
        byte[] record = new byte[RECORD_HEADER + length];
        System.arraycopy(header, 0, record, 0, RECORD_HEADER);
        in.readNBytes(record, RECORD_HEADER, length);
        return record;
    }

    private void keepName(ByteBuffer hello) {
        skip(hello, 4 + VERSION_AND_RANDOM);
        skip(hello, hello.get() & 0xff);
        skip(hello, hello.getShort() & 0xffff);
        skip(hello, hello.get() & 0xff);
        int end = (hello.getShort() & 0xffff) + hello.position();
        while (hello.position() < end) {
            boolean serverName = hello.getShort() == 0;
            int length = hello.getShort() & 0xffff;
            if (serverName) {
                byte[] name = new byte[length - 5];
                hello.get(hello.position() + 5, name);
                names.add(new String(name, StandardCharsets.US_ASCII));
            }
            skip(hello, length);
        }
    }

    private static void skip(ByteBuffer buffer, int bytes) {
        buffer.position(buffer.position() + bytes);
    }
}
