// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A WebSocket over HTTP/1.1. */
final class Http1Socket implements SocketCaller.Wire {

    private static final int MAX_HEAD = 16 << 10;

    private final Socket socket;
    private final InputStream in;

    private Http1Socket(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    static Http1Socket open(DrainPlan plan) throws IOException {
        var socket = new Socket();
        try {
            int millis = Math.toIntExact(plan.timeout().toMillis());
            socket.setTcpNoDelay(true);
            socket.connect(plan.to(), millis);
            socket.setSoTimeout(millis);
            var open = new Http1Socket(socket);
            open.handshake(plan);
            return open;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private void handshake(DrainPlan plan) throws IOException {
        var request =
                "GET /ws HTTP/1.1\r\nhost: " + plan.authority() + "\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
                        + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        var head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int next = in.read();
            if (next < 0 || head.length() > MAX_HEAD) {
                throw new EOFException("found " + head + ", expected a head");
            }
            head.append((char) next);
        }
        if (!head.toString().startsWith("HTTP/1.1 101 ")) {
            throw new IOException("found " + head.substring(0, head.indexOf("\r\n")) + ", expected 101");
        }
    }

    @Override
    public int next() throws IOException {
        return in.read();
    }

    @Override
    public void send(byte[] bytes, boolean last) throws IOException {
        socket.getOutputStream().write(bytes);
        if (last) {
            socket.shutdownOutput();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
