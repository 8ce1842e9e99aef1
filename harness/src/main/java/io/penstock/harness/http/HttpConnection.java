// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One keep-alive connection of HTTP/1.1 with one request on it at a time. Not for use by two threads at once. */
public final class HttpConnection implements AutoCloseable {

    private final Socket socket;
    private final AnswerReader answers;
    private long deadlineNanos;

    private HttpConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.answers = new AnswerReader(socket.getInputStream(), this::limitRead);
    }

    /** Opens a connection; blocks for {@code timeout} at most. */
    public static HttpConnection open(InetSocketAddress to, Duration timeout) throws IOException {
        return open(null, to, timeout);
    }

    /** Opens a connection from this address of the machine, or from the one that it chooses; blocks likewise. */
    public static HttpConnection open(@Nullable InetAddress from, InetSocketAddress to, Duration timeout)
            throws IOException {
        var socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            if (from != null) {
                socket.bind(new InetSocketAddress(from, 0));
            }
            socket.connect(to, Math.toIntExact(Math.max(1, timeout.toMillis())));
            return new HttpConnection(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Sends a whole request and reads its answer to the end.
     *
     * @throws SocketTimeoutException when the answer has not ended after {@code timeout}
     * @throws IOException also when the connection closed, or brought something that is no answer
     */
    public HttpAnswer exchange(HttpRequest request, Duration timeout) throws IOException {
        deadlineNanos = System.nanoTime() + timeout.toNanos();
        if (answers.spare() > 0) {
            throw new IOException("bytes came after the end of an answer");
        }
        request.write(socket.getOutputStream());
        return answers.next(request.bodiless());
    }

    private void limitRead() throws IOException {
        long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (leftMillis <= 0) {
            throw new SocketTimeoutException("no whole answer in time");
        }
        socket.setSoTimeout((int) Math.min(leftMillis, Integer.MAX_VALUE));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
