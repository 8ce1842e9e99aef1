// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 backend on 127.0.0.1 that answers every request alike, and as its {@link Behaviour} says, which may change
 * at any time.
 *
 * <p>The answer has a short body and {@code x-backend}. Requests for {@code /health} are treated as all others but not
 * counted as arrivals. A body of a request is read by its {@code content-length}; a chunked one is refused with 411.
 */
public final class ControlledBackend implements AutoCloseable {

    private static final String HEALTH = "/health";
    private static final int BACKLOG = 1024;
    private static final int END = 0x0d0a0d0a;
    private static final int MAX_HEAD = 16 << 10;

    private final String name;
    private final int port;
    private final Runnable arrived;
    private final byte[] fine;
    private final byte[] failure;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final LongAdder arrivals = new LongAdder();
    private final AtomicLong failing = new AtomicLong();
    private final ReentrantLock listening = new ReentrantLock();
    private volatile @Nullable ServerSocket listener;
    private volatile Behaviour behaviour = Behaviour.FINE;

    private ControlledBackend(String name, ServerSocket listener, Runnable arrived) {
        this.name = name;
        this.port = listener.getLocalPort();
        this.listener = listener;
        this.arrived = arrived;
        this.fine = answer("200 OK", "from " + name + "\n");
        this.failure = answer("503 Service Unavailable", "");
    }

    /** Starts it behaving well; port 0 lets the system choose. {@code arrived} runs at each arrival, on its thread. */
    public static ControlledBackend start(String name, int port, Runnable arrived) throws IOException {
        var listener = listen(port);
        var backend = new ControlledBackend(name, listener, arrived);
        backend.serve(listener);
        return backend;
    }

    private static ServerSocket listen(int port) throws IOException {
        var listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
        return listener;
    }

    private byte[] answer(String status, String body) {
        var text = "HTTP/1.1 " + status + "\r\nx-backend: " + name + "\r\ncontent-type: text/plain\r\ncontent-length: "
                + body.length() + "\r\n\r\n" + body;
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** What {@code x-backend} says. */
    public String name() {
        return name;
    }

    /** The port, the same also while it is down. */
    public int port() {
        return port;
    }

    /** Requests that arrived so far, health checks apart. */
    public long arrivals() {
        return arrivals.sum();
    }

    /** How it behaves now. */
    public Behaviour behaviour() {
        return behaviour;
    }

    /**
     * Behaves so from the next request on; requests that wait already do so to their end, unless it goes down.
     *
     * @throws IOException when it is to come up and its port is taken meanwhile
     */
    public void behave(Behaviour next) throws IOException {
        listening.lock();
        try {
            behaviour = next;
            var now = listener;
            if (next.down() && now != null) {
                listener = null;
                now.close();
                reset();
            } else if (!next.down() && now == null) {
                var again = listen(port);
                listener = again;
                serve(again);
            }
        } finally {
            listening.unlock();
        }
    }

    private void reset() throws IOException {
        for (var socket : open) {
            // An end by reset, as of a process that was killed.
            if (!socket.isClosed()) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        }
    }

    private void serve(ServerSocket from) {
        Thread.ofVirtual().name("controlled-" + name).start(() -> accept(from));
    }

    private void accept(ServerSocket from) {
        while (true) {
            try {
                var socket = from.accept();
                open.add(socket);
                if (from.isClosed()) {
                    socket.close();
                }
                Thread.ofVirtual().start(() -> connection(socket));
            } catch (IOException e) {
                // Otherwise one connection was gone before it was taken.
                if (from.isClosed()) {
                    return;
                }
            }
        }
    }

    private void connection(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream());
            for (var head = head(in); head != null; head = head(in)) {
                if (head.contains("\r\ntransfer-encoding:")) {
                    socket.getOutputStream().write(answer("411 Length Required", ""));
                    return;
                }
                in.skipNBytes(length(head));
                answer(socket, head);
            }
        } catch (IOException e) {
            // The peer is gone, or this backend went down.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    private void answer(Socket socket, String head) throws IOException, InterruptedException {
        var now = behaviour;
        if (!head.startsWith(HEALTH, head.indexOf(' ') + 1)) {
            arrivals.increment();
            arrived.run();
        }
        if (!now.delay().isZero()) {
            Thread.sleep(now.delay());
        }
        socket.getOutputStream().write(fails(now.failPercent()) ? failure : fine);
    }

    /** Spreads failures evenly: 30 percent are three of each ten, not a matter of luck. */
    private boolean fails(int percent) {
        if (percent == 0) {
            return false;
        }
        long number = failing.incrementAndGet();
        return number * percent / 100 != (number - 1) * percent / 100;
    }

    private static @Nullable String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        for (int seen = 0; seen != END; ) {
            int next = in.read();
            if (next < 0 || head.length() == MAX_HEAD) {
                return null;
            }
            seen = (seen << 8) | next;
            head.append((char) next);
        }
        return head.toString().toLowerCase(Locale.ROOT);
    }

    private static long length(String head) throws IOException {
        var name = "\r\ncontent-length:";
        int at = head.indexOf(name);
        if (at < 0) {
            return 0;
        }
        int from = at + name.length();
        try {
            return Long.parseLong(
                    head.substring(from, head.indexOf("\r\n", from)).strip());
        } catch (NumberFormatException e) {
            throw new IOException("found no length in " + head.substring(at + 2, head.indexOf("\r\n", from)), e);
        }
    }

    @Override
    public void close() throws IOException {
        behave(Behaviour.gone());
    }
}
