// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** An HTTP/1.1 upstream that answers every request by itself, with the status that the test wants now. Reads no bodies. */
final class StatusOrigin implements AutoCloseable {
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger checks = new AtomicInteger();
    private final Semaphore gate = new Semaphore(0);
    private volatile boolean holding;
    private final Thread acceptor;
    private volatile boolean dead;
    private volatile int status = 200;
    private volatile int health = 200;

    StatusOrigin() {
        try {
            server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        acceptor = Thread.ofPlatform().daemon().name("status-origin").start(this::accept);
    }

    String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /** What further requests get. */
    void status(int now) {
        status = now;
    }

    /** What requests for {@code /healthz} get. */
    void health(int now) {
        health = now;
    }

    /** Holds further answers back until {@link #release}. */
    void hold() {
        holding = true;
    }

    void release() {
        holding = false;
        gate.release(1_000_000);
    }

    /** Requests that have come, without those for {@code /healthz}. */
    int requests() {
        return requests.get();
    }

    /** Requests for {@code /healthz}. */
    int checks() {
        return checks.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                Thread.startVirtualThread(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                boolean check = head.startsWith("GET /healthz ");
                (check ? checks : requests).incrementAndGet();
                if (!check && holding) {
                    gate.acquire();
                }
                if (dead) {
                    return;
                }
                String answer = "HTTP/1.1 " + (check ? health : status) + " Told\r\ncontent-length: 2\r\nx-from: "
                        + server.getLocalPort() + "\r\n\r\nok";
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            // the gateway closed it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    /** A request head; empty at the end of the connection. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int b = in.read(); b >= 0; b = in.read()) {
            head.append((char) b);
            if (head.length() > 3 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
                return head.toString();
            }
        }
        return "";
    }

    /** Refuses further connections and ends those that are open. */
    void die() {
        dead = true;
        try {
            server.close();
            acceptor.join(); // until then the kernel may still accept for it
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        release();
        die();
    }
}
