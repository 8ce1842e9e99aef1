// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.websocket;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Echoes what comes over WebSocket, frame by frame, on 127.0.0.1.
 *
 * <p>The path steers it: {@code /close/CODE} closes with that code at the first message, {@code /drop} ends the TCP
 * connection at it without a close frame, {@code /refuse/STATUS} refuses the handshake; every other path echoes. What is
 * no handshake gets 426. Messages may come in parts and are echoed so; that text is UTF-8 is not checked.
 *
 * <p>{@link #close} ends everything at once and may be called twice.
 */
public final class WebSocketBackend implements AutoCloseable {

    private static final int BACKLOG = 1024;

    private final String name;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder messages = new LongAdder();

    private WebSocketBackend(String name, ServerSocket listener) {
        this.name = name;
        this.listener = listener;
    }

    /** Starts it; port 0 lets the system choose. The handshake's answer carries {@code x-backend} with the name. */
    public static WebSocketBackend start(String name, int port) throws IOException {
        var listener = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        var backend = new WebSocketBackend(name, listener);
        Thread.ofVirtual().name("websocket-accept").start(backend::accept);
        return backend;
    }

    /** The port that it listens on. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Handshakes that were accepted so far. */
    public long accepted() {
        return accepted.sum();
    }

    /** Messages that came so far, each counted once however many frames it had. */
    public long messages() {
        return messages.sum();
    }

    private void accept() {
        while (true) {
            try {
                var socket = listener.accept();
                open.add(socket);
                Thread.ofVirtual().name("websocket").start(() -> serve(socket));
            } catch (IOException e) {
                // Otherwise one connection was gone before it was taken.
                if (listener.isClosed()) {
                    return;
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            var handshake = Handshake.read(in);
            int refusal = handshake.path().startsWith("/refuse/") ? number(handshake.path()) : 0;
            if (refusal == 0 && !handshake.wellFormed()) {
                refusal = 426;
            }
            if (refusal > 0) {
                handshake.refuse(socket.getOutputStream(), refusal);
                return;
            }
            handshake.accept(socket.getOutputStream(), name);
            accepted.increment();
            converse(socket, in, handshake.path());
        } catch (IOException e) {
            // The peer is gone, which is what these connections are made for.
            return;
        } finally {
            open.remove(socket);
        }
    }

    private void converse(Socket socket, DataInputStream in, String path) throws IOException {
        var out = socket.getOutputStream();
        try {
            boolean inMessage = false;
            for (var frame = WebSocketFrame.read(in); ; frame = WebSocketFrame.read(in)) {
                if (frame.control()) {
                    if (!answered(frame, out)) {
                        return;
                    }
                    continue;
                }
                if (inMessage != (frame.opcode() == WebSocketFrame.CONTINUATION)) {
                    throw new WebSocketFrame.FrameException(1002, "a part without its message, or the reverse");
                }
                inMessage = !frame.last();
                if (frame.last()) {
                    messages.increment();
                }
                if (!echoed(frame, path, in, out)) {
                    return;
                }
            }
        } catch (WebSocketFrame.FrameException e) {
            WebSocketFrame.close(e.code(), String.valueOf(e.getMessage())).write(out);
        }
    }

    /** Answers a control frame; false when it was the last one. */
    private static boolean answered(WebSocketFrame frame, OutputStream out) throws IOException {
        if (frame.opcode() == WebSocketFrame.PING) {
            WebSocketFrame.of(WebSocketFrame.PONG, frame.bytes()).write(out);
        } else if (frame.opcode() == WebSocketFrame.CLOSE) {
            frame.write(out);
            return false;
        }
        return true;
    }

    /** Does with a frame of a message what the path says; false when that ends the connection. */
    private static boolean echoed(WebSocketFrame frame, String path, DataInputStream in, OutputStream out)
            throws IOException {
        if (path.equals("/drop")) {
            return false;
        }
        if (path.startsWith("/close/")) {
            WebSocketFrame.close(number(path), "as asked").write(out);
            in.transferTo(OutputStream.nullOutputStream());
            return false;
        }
        frame.write(out);
        return true;
    }

    /** The number at the end of a path; 400 when there is none, which serves as a status and a close code refuses. */
    private static int number(String path) {
        try {
            return Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
        } catch (NumberFormatException e) {
            return 400;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (var socket : open) {
            socket.close();
        }
    }
}
