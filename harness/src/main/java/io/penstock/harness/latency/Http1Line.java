// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** An end of an HTTP/1.1 connection whose bodies are chunked and go byte by byte. One thread reads, another one may write. */
final class Http1Line implements Closeable {

    /** A chunk of one byte. */
    static final String BYTE = "1\r\nb\r\n";

    /** The last chunk, without trailers. */
    static final String END = "0\r\n\r\n";

    private static final int MAX_LINE = 16 << 10;

    private final Socket socket;
    private final InputStream in;
    /** Of the chunk that is being read. */
    private int leftBytes;

    private boolean inChunk;

    Http1Line(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    static Http1Line connect(InetSocketAddress to, Duration timeout) throws IOException {
        var socket = new Socket();
        try {
            socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
            socket.connect(to, Math.toIntExact(timeout.toMillis()));
            return new Http1Line(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Writes text as ISO 8859-1. */
    void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Reads the next head, in lower case and without the empty line after it. */
    String head() throws IOException {
        var head = new StringBuilder();
        for (var line = line(); !line.isEmpty(); line = line()) {
            head.append(line.toLowerCase(Locale.ROOT)).append("\r\n");
        }
        return head.toString();
    }

    /** Waits for a byte of a chunked body: false when the body ended instead. */
    boolean awaitByte() throws IOException {
        if (leftBytes == 0) {
            nextChunk();
        }
        if (leftBytes == 0) {
            return false;
        }
        leftBytes--;
        read();
        return true;
    }

    private void nextChunk() throws IOException {
        // The line end after a chunk may come later than the chunk: it is read when the next one is wanted.
        if (inChunk && !line().isEmpty()) {
            throw new IOException("a chunk is longer than its size");
        }
        var size = line();
        try {
            leftBytes = Integer.parseInt(size, 16);
        } catch (NumberFormatException e) {
            throw new IOException("found " + size + ", expected the size of a chunk", e);
        }
        inChunk = leftBytes > 0;
        if (!inChunk) {
            head(); // trailers
        }
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int next = read(); next != '\n'; next = read()) {
            if (line.length() == MAX_LINE) {
                throw new IOException("a line of more than " + MAX_LINE + " bytes");
            }
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }

    private int read() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException("the connection was closed");
        }
        return next;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
