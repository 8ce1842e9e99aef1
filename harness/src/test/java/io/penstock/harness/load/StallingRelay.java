// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Copies bytes between a caller and a backend, and once, after some bytes, holds the caller's for a while. */
final class StallingRelay implements AutoCloseable {

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final InetSocketAddress backend;
    private final long afterBytes;
    private final Duration stall;

    StallingRelay(InetSocketAddress backend, long afterBytes, Duration stall) throws IOException {
        this.backend = backend;
        this.afterBytes = afterBytes;
        this.stall = stall;
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                var caller = socket.accept();
                var peer = new Socket(backend.getAddress(), backend.getPort());
                caller.setTcpNoDelay(true);
                peer.setTcpNoDelay(true);
                open.add(caller);
                open.add(peer);
                Thread.ofVirtual().start(() -> copy(caller, peer, afterBytes));
                Thread.ofVirtual().start(() -> copy(peer, caller, Long.MAX_VALUE));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void copy(Socket from, Socket to, long stallAfter) {
        var chunk = new byte[8192];
        long copied = 0;
        boolean stalled = false;
        try {
            var in = from.getInputStream();
            var out = to.getOutputStream();
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                copied += read;
                if (!stalled && copied > stallAfter) {
                    stalled = true;
                    Thread.sleep(stall);
                }
                out.write(chunk, 0, read);
            }
        } catch (IOException e) {
            // One side is gone; the test closes the other.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (var each : open) {
            each.close();
        }
    }
}
