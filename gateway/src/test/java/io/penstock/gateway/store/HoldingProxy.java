// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Stands before a server and holds back an answer with a certain text in it until told. */
final class HoldingProxy implements AutoCloseable {
    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<Socket> holding = new CopyOnWriteArrayList<>();
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final int port;
    private volatile String text;

    HoldingProxy(int port, String text) throws IOException {
        this.port = port;
        this.text = text;
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "redis://127.0.0.1:" + listening.getLocalPort();
    }

    /** Holds this back from now on. */
    void hold(String other) {
        text = other;
    }

    boolean awaitHeld() throws InterruptedException {
        return held.await(5, TimeUnit.SECONDS);
    }

    void release() {
        released.countDown();
    }

    /** Ends the connections of which something is held back, without that; others pass from then on. */
    void cut() throws IOException {
        for (Socket socket : holding) {
            socket.close();
        }
        release();
    }

    @Override
    public void close() throws IOException {
        release();
        listening.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (!listening.isClosed()) {
                Socket from = listening.accept();
                Socket to = new Socket(InetAddress.getLoopbackAddress(), port);
                to.setTcpNoDelay(true);
                from.setTcpNoDelay(true);
                sockets.addAll(List.of(from, to));
                Thread.ofVirtual().start(() -> copy(from, to));
                Thread.ofVirtual().start(() -> copy(to, from));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void copy(Socket from, Socket to) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            for (int n = from.getInputStream().read(buffer);
                    n > 0;
                    n = from.getInputStream().read(buffer)) {
                if (new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains(text)) {
                    holding.addAll(List.of(from, to));
                    held.countDown();
                    released.await();
                }
                to.getOutputStream().write(buffer, 0, n);
            }
        } catch (IOException e) {
            // the other side closed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
