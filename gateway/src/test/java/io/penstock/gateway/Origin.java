// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An upstream on a raw socket: accepts, and leaves every frame to the test. */
final class Origin implements AutoCloseable {
    /** An identifier of SETTINGS (RFC 8441 §3). */
    static final int ENABLE_CONNECT_PROTOCOL = 8;

    private final ServerSocket server;
    private final LinkedBlockingQueue<FramePeer> arrived = new LinkedBlockingQueue<>();
    private final List<FramePeer> all = new CopyOnWriteArrayList<>();
    private volatile long @Nullable [] settings = {};
    private volatile Consumer<FramePeer> prepare = peer -> {};

    Origin() {
        try {
            server = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().daemon().name("origin").start(this::accept);
    }

    /** The SETTINGS of further connections: alternating identifiers and values; null sends none. */
    void settings(long @Nullable ... pairs) {
        settings = pairs;
    }

    /** Says on further connections that extended CONNECT (RFC 8441) is taken. */
    void takeConnect() {
        settings(ENABLE_CONNECT_PROTOCOL, 1);
    }

    /** What further connections are told before anything arrives on them. */
    void prepare(Consumer<FramePeer> step) {
        prepare = step;
    }

    /** Takes the next connection. */
    FramePeer connection() {
        try {
            FramePeer peer = arrived.poll(FramePeer.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            if (peer == null) {
                throw new AssertionError("no connection came; " + all.size() + " so far");
            }
            return peer;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Takes the next connection; null when none comes soon. */
    @Nullable
    FramePeer connectionOrNull() {
        try {
            return arrived.poll(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** How many connections have come. */
    int connections() {
        return all.size();
    }

    int port() {
        return server.getLocalPort();
    }

    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                FramePeer peer = FramePeer.accepted(socket, settings);
                prepare.accept(peer);
                all.add(peer);
                arrived.add(peer);
            }
        } catch (IOException | UncheckedIOException e) {
            // closed
        }
    }

    /** Closes the listening socket: further connections are refused. */
    void stopAccepting() {
        int port = server.getLocalPort();
        close(server);
        Await.refusal(port);
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        close(server);
        new ArrayList<>(all).forEach(FramePeer::close);
    }
}
