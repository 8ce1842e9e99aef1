// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.hostile;

import io.penstock.harness.wire.FrameConnection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A listener that breaks HTTP/2 on command: {@link Greeting} says how connections are met, {@link Behaviour} what a
 * request gets. One virtual thread reads each connection; each request's misbehaviour runs on one of its own.
 */
public final class HostileBackend implements AutoCloseable {

    private static final int REMEMBERED_KEYS = 1000;
    private static final Duration ACCEPT_AGAIN = Duration.ofMillis(50);

    private final ServerSocket socket;
    private final Greeting usual;
    private final AtomicReference<@Nullable Greeting> armed = new AtomicReference<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Map<String, Boolean> refused = Collections.synchronizedMap(new LinkedHashMap<>());

    private HostileBackend(ServerSocket socket, Greeting usual) {
        this.socket = socket;
        this.usual = usual;
    }

    /** Listens on 127.0.0.1 and accepts until {@link #close}. */
    public static HostileBackend start(int port, Greeting greeting) throws IOException {
        var socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        var backend = new HostileBackend(socket, greeting);
        Thread.ofVirtual().name("hostile-accept").start(backend::accept);
        return backend;
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                var peer = socket.accept();
                accepted.incrementAndGet();
                open.add(peer);
                Thread.ofVirtual().name("hostile").start(() -> serve(peer));
            } catch (IOException e) {
                // Closed, which the loop's condition tells, or out of descriptors, which takes a moment to pass.
                LockSupport.parkNanos(ACCEPT_AGAIN.toNanos());
            }
        }
    }

    private void serve(Socket peer) {
        var next = armed.getAndSet(null);
        try (var connection = FrameConnection.of(peer)) {
            new HostileConnection(connection, this, peer).serve(next == null ? usual : next);
        } catch (IOException e) {
            // The peer left or was thrown out: that is what this backend is for.
        } finally {
            open.remove(peer);
        }
    }

    /** Meets the next connection in this way instead of the usual one. */
    public void arm(Greeting greeting) {
        armed.set(greeting);
    }

    /** Answers true the first time it sees a key; remembers the last 1000. */
    boolean firstTime(String key) {
        synchronized (refused) {
            boolean first = refused.put(key, true) == null;
            if (refused.size() > REMEMBERED_KEYS) {
                refused.remove(refused.keySet().iterator().next());
            }
            return first;
        }
    }

    /** The bound port. */
    public int port() {
        return socket.getLocalPort();
    }

    /** How many connections were ever accepted. */
    public int accepted() {
        return accepted.get();
    }

    /** How many connections are open now. */
    public int open() {
        return open.size();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (var peer : open) {
            peer.close();
        }
    }
}
