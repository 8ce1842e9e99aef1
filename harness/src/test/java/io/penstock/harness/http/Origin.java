// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** Answers request number n, which must have no body, with whatever bytes the test says; empty text closes. */
final class Origin implements AutoCloseable {

    private final ServerSocket socket = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger requests = new AtomicInteger();
    private final IntFunction<String> answers;

    Origin(IntFunction<String> answers) throws IOException {
        this.answers = answers;
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }

    HttpTarget target() {
        return new HttpTarget(address(), "/");
    }

    void closeConnections() throws IOException {
        for (var each : open) {
            each.close();
        }
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                var caller = socket.accept();
                open.add(caller);
                Thread.ofVirtual().start(() -> serve(caller));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket caller) {
        try (caller) {
            var in = new BufferedInputStream(caller.getInputStream());
            while (head(in)) {
                var answer = answers.apply(requests.incrementAndGet());
                if (answer.isEmpty()) {
                    return;
                }
                caller.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            // The caller is gone.
            return;
        }
    }

    private static boolean head(BufferedInputStream in) throws IOException {
        int seen = 0;
        for (int next = in.read(); next >= 0; next = in.read()) {
            seen = (seen << 8) | next;
            if (seen == 0x0d0a0d0a) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        closeConnections();
    }
}
