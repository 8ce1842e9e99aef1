// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.hostile;

import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.FrameConnection;
import io.penstock.harness.wire.Message;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One accepted connection: greets, keeps the peer content with acknowledgements and credit, and starts behaviours. */
final class HostileConnection {

    private final FrameConnection connection;
    private final HostileBackend backend;
    private final Socket socket;
    private volatile boolean crediting = true;

    HostileConnection(FrameConnection connection, HostileBackend backend, Socket socket) {
        this.connection = connection;
        this.backend = backend;
        this.socket = socket;
    }

    void serve(Greeting greeting) throws IOException {
        switch (greeting) {
            case CLOSE -> {}
            case SILENT -> readAll();
            case DEAF -> stayDeaf();
            case HTTP1 -> {
                connection.writeText("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                connection.endOutput();
                readAll();
            }
            case NO_PREFACE -> {
                connection.write(new Frame(Frame.PING, 0, 0, new byte[8]));
                readAll();
            }
            case NO_STREAMS -> speak(true, Frame.SETTINGS_MAX_CONCURRENT_STREAMS, 0);
            case ONE_STREAM -> speak(true, Frame.SETTINGS_MAX_CONCURRENT_STREAMS, 1);
            case ZERO_WINDOW -> {
                crediting = false;
                speak(true, Frame.SETTINGS_INITIAL_WINDOW_SIZE, 0);
            }
            case NO_ACK -> speak(false);
            case POLITE -> speak(true);
        }
    }

    @SuppressWarnings("EmptyBlock")
    private void readAll() throws IOException {
        while (connection.skip()) {}
    }

    private void stayDeaf() throws IOException {
        // Nobody counts down: only close() of the backend, or ten minutes, end the connection.
        try {
            var unused = new CountDownLatch(1).await(10, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void speak(boolean acknowledging, long... settings) throws IOException {
        connection.readPreface();
        connection.write(Frame.settings(settings));
        for (var message = connection.next(); message != null; message = connection.next()) {
            switch (message) {
                case Message.Head head -> take(head);
                case Message.Other other -> take(other.frame(), acknowledging);
            }
        }
    }

    private void take(Message.Head head) {
        if (head.value(":method").isEmpty()) {
            return;
        }
        var answer = new HostileAnswer(connection, backend, this, head);
        Thread.ofVirtual().name("hostile-stream-" + head.stream()).start(answer::run);
    }

    private void take(Frame frame, boolean acknowledging) throws IOException {
        switch (frame.type()) {
            case Frame.SETTINGS -> {
                if (acknowledging && !frame.has(Frame.ACK)) {
                    connection.write(Frame.settingsAck());
                }
            }
            case Frame.PING -> {
                if (!frame.has(Frame.ACK)) {
                    connection.write(new Frame(Frame.PING, Frame.ACK, 0, frame.payload()));
                }
            }
            case Frame.DATA -> credit(frame);
            default -> {}
        }
    }

    private void credit(Frame data) throws IOException {
        if (crediting && data.payload().length > 0) {
            connection.write(Frame.ofNumbers(Frame.WINDOW_UPDATE, 0, data.payload().length));
            if (!data.has(Frame.END_STREAM)) {
                connection.write(Frame.ofNumbers(Frame.WINDOW_UPDATE, data.stream(), data.payload().length));
            }
        }
    }

    /** Stops crediting request bytes for good. */
    void stopCrediting() {
        crediting = false;
    }

    /** Closes the socket under the reader. */
    void cut() throws IOException {
        socket.close();
    }

    /** Waits, for behaviours that are slow on purpose. */
    static void pause(Duration time) throws IOException {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
