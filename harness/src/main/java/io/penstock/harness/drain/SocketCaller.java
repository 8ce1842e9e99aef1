// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Holds one WebSocket open and has a message echoed again and again, until it is told to leave, and then closes it as RFC 6455 asks; or
 * until the gateway ends it, which is no failure when {@link #ends} says so.
 */
final class SocketCaller implements Caller {

    /** The bytes of a WebSocket, after its handshake. */
    interface Wire extends SocketFrames.Source, AutoCloseable {
        void send(byte[] bytes, boolean last) throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Makes the handshake. */
    interface Opening {
        Wire open() throws IOException, InterruptedException;
    }

    private final Tally tally;
    private final Opening opening;
    private final String name;
    private final Ends ends;
    private @Nullable Wire wire;
    private long sequence;
    private volatile boolean leaving;

    /** Told how the gateway ended a socket that had not left. */
    interface Ends {
        /** Whether that is as it should be. */
        boolean expected(String how);
    }

    SocketCaller(Tally tally, Opening opening, String name, Ends ends) {
        this.tally = tally;
        this.opening = opening;
        this.name = name;
        this.ends = ends;
    }

    /** Says goodbye after the message that is under way. */
    void leave() {
        leaving = true;
    }

    @Override
    public boolean call() throws IOException, InterruptedException {
        try {
            var open = wire;
            if (open == null) {
                open = opening.open();
                wire = open;
            }
            if (leaving) {
                goodbye(open);
                return false;
            }
            var message = name + ":" + sequence++;
            open.send(SocketFrames.text(message), false);
            var echo = SocketFrames.read(open);
            if (echo == null || echo.opcode() == SocketFrames.CLOSE) {
                return ended(echo == null ? "end" : "close " + echo.text());
            }
            if (!echo.text().equals(message)) {
                throw new IOException("sent " + message + ", got " + echo);
            }
            tally.answered();
            return true;
        } catch (IOException e) {
            return ended(e.toString());
        }
    }

    private boolean ended(String how) {
        if (!ends.expected(how)) {
            tally.failed("the socket ended: " + how);
        }
        return false;
    }

    private void goodbye(Wire open) throws IOException, InterruptedException {
        open.send(SocketFrames.close(1000), false);
        var answer = SocketFrames.read(open);
        if (answer == null
                || answer.opcode() != SocketFrames.CLOSE
                || !answer.text().equals("1000")) {
            throw new EOFException("found " + answer + ", expected the close frame's echo");
        }
        if (open.next() >= 0) {
            throw new IOException("bytes came after the close frame");
        }
        open.send(new byte[0], true);
        tally.answered();
    }

    @Override
    public void close() throws IOException {
        var open = wire;
        if (open != null) {
            open.close();
        }
    }
}
