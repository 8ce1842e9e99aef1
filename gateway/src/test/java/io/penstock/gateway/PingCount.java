// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between one client and a listener, passes every byte on, and counts the PING frames that the client began. */
final class PingCount implements AutoCloseable {
    private static final int PREFACE_BYTES = 24;
    private static final int PING = 6;

    private final InetSocketAddress to;
    private final ServerSocket server;
    private final AtomicInteger pings = new AtomicInteger();

    PingCount(InetSocketAddress to) throws IOException {
        this.to = to;
        this.server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
    }

    int pings() {
        return pings.get();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        try (Socket client = server.accept();
                Socket listener = new Socket()) {
            client.setTcpNoDelay(true);
            listener.setTcpNoDelay(true);
            listener.connect(to);
            Thread.ofVirtual().start(() -> answers(listener, client));
            requests(new DataInputStream(client.getInputStream()), listener.getOutputStream());
        } catch (IOException e) {
            // one of both has ended
        }
    }

    private static void answers(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // one of both has ended
        }
    }

    private void requests(DataInputStream in, OutputStream to) throws IOException {
        DataOutputStream out = new DataOutputStream(to);
        out.write(in.readNBytes(PREFACE_BYTES));
        while (true) {
            byte[] head = new byte[9];
            in.readFully(head);
            int length = ((head[0] & 0xff) << 16) | ((head[1] & 0xff) << 8) | (head[2] & 0xff);
            byte[] frame = new byte[head.length + length];
            System.arraycopy(head, 0, frame, 0, head.length);
            in.readFully(frame, head.length, length);
            if (head[3] == PING && (head[4] & 1) == 0) {
                pings.incrementAndGet();
            }
            out.write(frame);
        }
    }
}
