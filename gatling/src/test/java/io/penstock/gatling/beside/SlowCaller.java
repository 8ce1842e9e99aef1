// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.beside;

import io.penstock.gatling.beside.SlowClients.Seen;
import io.penstock.gatling.simulation.Stage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One slow caller at a time: each request on a connection of its own, until nobody else is at work any more. */
final class SlowCaller {

    private static final long STEP_NANOS = 100_000_000;
    private static final int STEP_BYTES = 128 << 10;
    private static final int READER_BYTES = 4 << 20;
    private static final int RECEIVE_BUFFER = 16 << 10;
    private static final int STEPS_BEFORE_SILENCE = 3;
    private static final int ANSWER_MILLIS = 60_000;
    private static final int CARRIAGE = '\r';

    private final Stage stage;
    private final BooleanSupplier goOn;

    SlowCaller(Stage stage, BooleanSupplier goOn) {
        this.stage = stage;
        this.goOn = goOn;
    }

    /** One request over a socket; says how it ended. */
    @FunctionalInterface
    private interface Request {
        String made(Socket socket) throws IOException;
    }

    Seen heads() throws IOException {
        return again("HTTP/1.1 408", socket -> {
            write(socket, "GET / HTTP/1.1\r\nHost: localhost\r\n");
            // A byte each 100 ms would go on for longer than any limit.
            return answerTo(socket, "x-slow: " + "a".repeat(1000));
        });
    }

    Seen bodies() throws IOException {
        return again("HTTP/1.1 408", socket -> {
            write(socket, "POST /sink HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
            // Silence inside the body is what is limited, so it stops.
            return answerTo(socket, "abc".substring(0, STEPS_BEFORE_SILENCE));
        });
    }

    Seen reads() throws IOException {
        return again("HTTP/1.1 200 " + READER_BYTES, socket -> {
            write(socket, "GET /bytes/" + READER_BYTES + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            var in = new BufferedInputStream(socket.getInputStream());
            var status = statusAndFields(in);
            return status + " " + slowly(in);
        });
    }

    private Seen again(String expected, Request request) throws IOException {
        long ended = 0;
        do {
            String how;
            try (var socket = new Socket()) {
                socket.setReceiveBufferSize(RECEIVE_BUFFER);
                socket.setSoTimeout(ANSWER_MILLIS);
                socket.setTcpNoDelay(true);
                socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), stage.port()));
                how = request.made(socket);
            }
            ended++;
            if (!how.equals(expected)) {
                return new Seen(ended, how);
            }
        } while (goOn.getAsBoolean());
        return new Seen(ended, "");
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Sends a byte at a time until an answer begins or the text has ended, then reads the answer's status. */
    private static String answerTo(Socket socket, String trickle) throws IOException {
        var in = new BufferedInputStream(socket.getInputStream());
        for (int i = 0; i < trickle.length() && in.available() == 0; i++) {
            LockSupport.parkNanos(STEP_NANOS);
            try {
                write(socket, trickle.substring(i, i + 1));
            } catch (SocketException e) {
                // The gateway has closed its side; its answer is still there to read.
                break;
            }
        }
        return status(in);
    }

    private static String status(InputStream in) {
        try {
            var line = line(in);
            return line.length() < 12 ? "no answer" : line.substring(0, 12);
        } catch (SocketTimeoutException e) {
            return "no answer within " + ANSWER_MILLIS + " ms";
        } catch (IOException e) {
            return "a broken connection: " + e.getMessage();
        }
    }

    private static String statusAndFields(InputStream in) throws IOException {
        var status = status(in);
        for (var line = line(in); !line.isEmpty(); ) {
            line = line(in);
        }
        return status;
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != CARRIAGE) {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /** Reads to the end in steps, and gives the number of bytes. */
    private static long slowly(InputStream in) throws IOException {
        long read = 0;
        for (int step = in.readNBytes(STEP_BYTES).length; step > 0; step = in.readNBytes(STEP_BYTES).length) {
            read += step;
            LockSupport.parkNanos(STEP_NANOS);
        }
        return read;
    }
}
