// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/** An end that speaks HTTP/1.1, one exchange after the other. */
final class Http1Messages implements MessageEnd {
    private static final int CHUNKED = -1;
    private static final int UNTIL_CLOSE = -2;

    private final Http1Origin.Connection connection;
    private int sending;
    private boolean toHead;
    /** Of the message that comes: what is left of its body or of its chunk. */
    private int left;

    private boolean chunked;
    private boolean untilClose;

    Http1Messages(Http1Origin.Connection connection) {
        this.connection = connection;
    }

    /** Whether something has come that was not read. */
    boolean readable() {
        return connection.readable();
    }

    // ---- sending ----

    @Override
    public void head(String... fields) throws IOException {
        sending = 0;
        connection.send(text(fields) + "\r\n");
    }

    @Override
    public void begin(String... fields) throws IOException {
        String head = text(fields);
        sending = head.contains("\r\ncontent-length: ") ? 0 : CHUNKED;
        connection.send(head + (sending == CHUNKED ? "transfer-encoding: chunked\r\n\r\n" : "\r\n"));
    }

    @Override
    public void beginUntilClose(String... fields) throws IOException {
        sending = UNTIL_CLOSE;
        connection.send(text(fields) + "\r\n");
    }

    private String text(String... fields) {
        boolean request = fields[0].equals(":method");
        toHead = request ? fields[1].equals("HEAD") : toHead;
        StringBuilder text = new StringBuilder(
                request
                        ? fields[1] + ' ' + fields[3] + " HTTP/1.1\r\nhost: " + AUTHORITY + "\r\n"
                        : "HTTP/1.1 " + fields[1] + " Told\r\n");
        for (int i = request ? 4 : 2; i < fields.length; i += 2) {
            text.append(fields[i]).append(": ").append(fields[i + 1]).append("\r\n");
        }
        return text.toString();
    }

    @Override
    public void body(String text) throws IOException {
        connection.send(sending == CHUNKED ? Integer.toHexString(text.length()) + "\r\n" + text + "\r\n" : text);
    }

    @Override
    public void end() throws IOException {
        switch (sending) {
            case CHUNKED -> connection.send("0\r\n\r\n");
            case UNTIL_CLOSE -> connection.finish();
            default -> {}
        }
    }

    @Override
    public void trailers(String... fields) throws IOException {
        StringBuilder text = new StringBuilder("0\r\n");
        for (int i = 0; i < fields.length; i += 2) {
            text.append(fields[i]).append(": ").append(fields[i + 1]).append("\r\n");
        }
        connection.send(text + "\r\n");
    }

    @Override
    public void finish() throws IOException {
        connection.finish();
    }

    @Override
    public void abort() throws IOException {
        connection.reset();
    }

    // ---- receiving ----

    @Override
    public List<String> nextHead() throws IOException {
        String[] wire = connection.head().strip().split("\r\n", -1);
        List<String> lines = new ArrayList<>(startLine(wire[0]));
        int status = wire[0].startsWith("HTTP/") ? Integer.parseInt(wire[0].substring(9, 12)) : 0;
        toHead = status == 0 ? wire[0].startsWith("HEAD ") : toHead;
        int length = status == 0 ? 0 : UNTIL_CLOSE;
        for (int i = 1; i < wire.length; i++) {
            String line = wire[i];
            lines.add(line.startsWith("host: ") ? ":authority: " + line.substring(6) : line);
            if (line.startsWith("content-length: ")) {
                length = Integer.parseInt(line.substring(16));
            } else if (line.equals("transfer-encoding: chunked")) {
                length = CHUNKED;
            }
        }
        boolean bodiless = status != 0 && (toHead || status < 200 || status == 204 || status == 304);
        chunked = !bodiless && length == CHUNKED;
        untilClose = !bodiless && length == UNTIL_CLOSE;
        left = bodiless ? 0 : Math.max(0, length);
        return lines;
    }

    private static List<String> startLine(String line) {
        String[] words = line.split(" ", 3);
        if (words[0].equals("HTTP/1.1")) {
            return List.of(":status: " + words[1]);
        }
        if (!words[2].equals("HTTP/1.1")) {
            throw new AssertionError("no request line of HTTP/1.1: " + line);
        }
        return List.of(":method: " + words[0], ":path: " + words[1]);
    }

    @Override
    public String nextBody(int bytes) throws IOException {
        if (untilClose) {
            return connection.text(bytes);
        }
        StringBuilder text = new StringBuilder();
        while (text.length() < bytes) {
            if (left == 0 && (!chunked || !nextChunk())) {
                throw new EOFException("the message ended after: " + text);
            }
            text.append(take(Math.min(left, bytes - text.length())));
        }
        return text.toString();
    }

    private String take(int bytes) throws IOException {
        String text = connection.text(bytes);
        left -= bytes;
        if (chunked && left == 0) {
            expectLineEnd();
        }
        return text;
    }

    /** False when it is the last one; its trailers follow. */
    private boolean nextChunk() throws IOException {
        String line = connection.until("\r\n");
        left = Integer.parseInt(line.substring(0, line.length() - 2), 16);
        return left > 0;
    }

    private void expectLineEnd() throws IOException {
        String found = connection.text(2);
        if (!found.equals("\r\n")) {
            throw new AssertionError("no end of a chunk: " + found);
        }
    }

    @Override
    public Rest rest() throws IOException {
        if (untilClose) {
            return new Rest(connection.rest(), List.of());
        }
        StringBuilder body = new StringBuilder();
        while (left > 0 || (chunked && nextChunk())) {
            body.append(take(left));
        }
        List<String> trailers = new ArrayList<>();
        for (String line = chunked ? connection.until("\r\n") : "\r\n";
                !line.equals("\r\n");
                line = connection.until("\r\n")) {
            trailers.add(line.substring(0, line.length() - 2));
        }
        chunked = false;
        return new Rest(body.toString(), trailers);
    }

    @Override
    public String awaitBrokenOff() throws IOException {
        StringBuilder body = new StringBuilder();
        try {
            while (left > 0 || (chunked && nextChunk())) {
                body.append(take(1));
            }
            throw new AssertionError("it came to its end: " + body + rest());
        } catch (EOFException | SocketException e) {
            return body.toString(); // the gateway closed the connection before
        }
    }

    @Override
    public void awaitAbandoned() throws IOException {
        if (!connection.ended()) {
            throw new AssertionError("the gateway sends more");
        }
    }
}
