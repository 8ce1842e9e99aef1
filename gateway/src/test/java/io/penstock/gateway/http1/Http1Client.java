// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends and reads bytes on a connection of its own. */
final class Http1Client implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    Http1Client(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(5_000);
        in = socket.getInputStream();
    }

    Http1Client send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Reads until the text has come; returns all that was read. */
    String until(String text) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(text) < 0) {
            int b = in.read();
            if (b < 0) {
                throw new AssertionError("the connection ended after: " + read);
            }
            read.append((char) b);
        }
        return read.toString();
    }

    /** All that comes until the peer ends its side. */
    String rest() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Ends our side; the peer may still send. */
    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes the connection before the test ends. */
    void leave() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
