// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends and reads bytes on a connection of its own. */
final class Http1Client implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    Http1Client(int port) throws IOException {
        this(port, 0);
    }

    /** Its kernel keeps no more than so many bytes that it has not read; 0 stands for what is usual. */
    Http1Client(int port, int receiveBufferBytes) throws IOException {
        socket = new Socket();
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes); // before the peer is told of a window
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(5_000);
        in = socket.getInputStream();
    }

    Http1Client send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /** Of each final response: that of the server's clock, which stands still. */
    static final String DATE = "date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";

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

    String text(int bytes) throws IOException {
        return new String(in.readNBytes(bytes), StandardCharsets.ISO_8859_1);
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
