// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.health;

import io.penstock.gateway.upstream.dial.ClientTls;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** The socket of one probe, which connects, writes and reads until one instant and not longer. */
final class ProbeSocket implements AutoCloseable {
    /** No answer to a probe is worth reading further. */
    private static final int MOST_BYTES = 64 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final String protocol;
    private final long deadlineNanos;
    private int read;

    /**
     * Connects.
     *
     * @param first written before anything else, TLS included
     * @param tls null speaks clear text
     * @param protocols offered by ALPN
     */
    ProbeSocket(
            InetSocketAddress address,
            Duration timeout,
            byte[] first,
            @Nullable ClientTls tls,
            String hostname,
            String... protocols)
            throws IOException {
        deadlineNanos = System.nanoTime() + timeout.toNanos();
        Socket plain = new Socket();
        try {
            plain.setTcpNoDelay(true);
            plain.connect(address, (int) Math.max(1, timeout.toMillis()));
            if (first.length > 0) {
                plain.getOutputStream().write(first);
            }
            if (tls == null) {
                socket = plain;
                protocol = "";
            } else {
                plain.setSoTimeout(leftMillis());
                SSLSocket encrypted = tls.socket(plain, hostname, protocols);
                encrypted.startHandshake();
                socket = encrypted;
                protocol = encrypted.getApplicationProtocol();
            }
            in = new BufferedInputStream(socket.getInputStream(), 4_096);
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    /** What ALPN chose; empty in clear text or without a choice. */
    String protocol() {
        return protocol;
    }

    boolean encrypted() {
        return socket instanceof SSLSocket;
    }

    private int leftMillis() throws SocketTimeoutException {
        long left = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        return (int) left;
    }

    /** Writes a request, which is small enough for the socket's buffer. */
    void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** The next byte. */
    int read() throws IOException {
        if (++read > MOST_BYTES) {
            throw new IOException("an answer of more than " + MOST_BYTES + " bytes");
        }
        socket.setSoTimeout(leftMillis());
        int value = in.read();
        if (value < 0) {
            throw new EOFException("closed by the endpoint");
        }
        return value;
    }

    byte[] read(int length) throws IOException {
        if (length > MOST_BYTES) {
            throw new IOException("an answer of more than " + MOST_BYTES + " bytes");
        }
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) read();
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
