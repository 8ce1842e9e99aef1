// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.sink;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers the first bytes of each connection with one line, discards what follows, and closes after its peer: the peer keeps the
 * TIME_WAIT. One that holds never accepts, so that its backlog fills up.
 */
public final class Sink implements Closeable {

    private static final byte[] ANSWER = "ok\n".getBytes(US_ASCII);

    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private Sink(ServerSocket server) {
        this.server = server;
    }

    /** Listens, and serves each connection on a virtual thread unless it is to hold. */
    public static Sink start(InetSocketAddress address, int backlog, boolean hold) throws IOException {
        var server = new ServerSocket();
        try {
            server.bind(address, backlog);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        var sink = new Sink(server);
        if (!hold) {
            Thread.ofVirtual().name("sink").start(sink::accept);
        }
        return sink;
    }

    /** The port that it listens on. */
    public int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                var socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().name("sink").start(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in = socket.getInputStream();
            if (in.read() >= 0) {
                socket.setTcpNoDelay(true);
                socket.getOutputStream().write(ANSWER);
                var discarded = new byte[16 * 1024];
                while (in.read(discarded) >= 0) {
                    // to the peer's end
                }
            }
        } catch (IOException e) {
            // the peer or close() ended it
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (var socket : open) {
            socket.close();
        }
    }
}
