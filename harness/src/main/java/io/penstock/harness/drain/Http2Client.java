// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import io.penstock.harness.wire.Field;
import io.penstock.harness.wire.Frame;
import io.penstock.harness.wire.FrameConnection;
import io.penstock.harness.wire.Message;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection with many streams, whose reader keeps windows open, answers what must be answered, and honours GOAWAY: nothing
 * is opened after the first one, and streams above the last id that it names were not processed (RFC 9113 §6.8).
 */
final class Http2Client implements AutoCloseable {

    /** What a stream learns. */
    private sealed interface Event {}

    private record Came(Message message) implements Event {}

    /** How a stream may end other than by its answer. */
    private enum End implements Event {
        LOST,
        UNPROCESSED
    }

    private final FrameConnection connection;
    private final Duration timeout;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Stream> streams = new HashMap<>();
    private int nextId = 1;
    private boolean goingAway;
    private boolean over;

    private Http2Client(FrameConnection connection, Duration timeout) {
        this.connection = connection;
        this.timeout = timeout;
    }

    static Http2Client connect(DrainPlan plan) throws IOException {
        var client = new Http2Client(FrameConnection.connect(plan.to(), plan.timeout()), plan.timeout());
        client.connection.readTimeout(Duration.ZERO);
        Thread.ofVirtual().name("http2-client").start(client::read);
        return client;
    }

    /** A request was not processed, says the gateway: it may be sent again. */
    static final class UnprocessedException extends IOException {
        private static final long serialVersionUID = 1;

        UnprocessedException() {
            super("not processed");
        }
    }

    /** Opens a stream; null when the connection takes no more. */
    @Nullable
    Stream open(List<Field> head, boolean end) throws IOException {
        lock.lock();
        try {
            if (goingAway || over) {
                return null;
            }
            var stream = new Stream(nextId);
            nextId += 2;
            streams.put(stream.id, stream);
            connection.writeHead(stream.id, head, end); // under the lock: ids must go out in order
            return stream;
        } finally {
            lock.unlock();
        }
    }

    /** Whether another stream may be opened. */
    boolean usable() {
        lock.lock();
        try {
            return !goingAway && !over;
        } finally {
            lock.unlock();
        }
    }

    /** One stream; one thread takes what comes, any may send. */
    final class Stream {
        private final int id;
        private final LinkedBlockingQueue<Event> received = new LinkedBlockingQueue<>();

        private Stream(int id) {
            this.id = id;
        }

        void send(byte[] data, boolean end) throws IOException {
            connection.write(Frame.data(id, data, end));
        }

        /**
         * The next head, DATA or RST_STREAM frame.
         *
         * @throws UnprocessedException the gateway has not seen the stream
         * @throws IOException the connection ended before the stream, or nothing came in time
         */
        Message next() throws IOException, InterruptedException {
            return switch (received.poll(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                case null -> throw new SocketTimeoutException("stream " + id + ": nothing came in time");
                case Came(Message message) -> message;
                case End.LOST -> throw new EOFException("stream " + id + ": the connection ended");
                case End.UNPROCESSED -> throw new UnprocessedException();
            };
        }
    }

    private void read() {
        try {
            for (var message = connection.next(); message != null; message = connection.next()) {
                take(message);
            }
        } catch (IOException e) {
            // each stream that was open is told below
            return;
        } finally {
            end();
        }
    }

    private void end() {
        lock.lock();
        try {
            over = true;
            streams.values().forEach(stream -> stream.received.add(End.LOST));
            streams.clear();
        } finally {
            lock.unlock();
        }
    }

    private void take(Message message) throws IOException {
        switch (message) {
            case Message.Head head -> give(head.stream(), head, head.endStream());
            case Message.Other(Frame frame) -> {
                switch (frame.type()) {
                    case Frame.DATA -> {
                        credit(frame);
                        give(frame.stream(), message, frame.has(Frame.END_STREAM));
                    }
                    case Frame.RST_STREAM -> give(frame.stream(), message, true);
                    case Frame.GOAWAY -> goaway(frame.number(0));
                    default -> acknowledge(frame);
                }
            }
        }
    }

    private void acknowledge(Frame frame) throws IOException {
        if (frame.type() == Frame.SETTINGS && !frame.has(Frame.ACK)) {
            connection.write(Frame.settingsAck());
        } else if (frame.type() == Frame.PING && !frame.has(Frame.ACK)) {
            connection.write(new Frame(Frame.PING, Frame.ACK, 0, frame.payload()));
        }
    }

    private void credit(Frame frame) throws IOException {
        int length = frame.payload().length;
        if (length > 0) {
            connection.write(Frame.ofNumbers(Frame.WINDOW_UPDATE, 0, length));
            if (!frame.has(Frame.END_STREAM)) {
                connection.write(Frame.ofNumbers(Frame.WINDOW_UPDATE, frame.stream(), length));
            }
        }
    }

    private void give(int id, Message message, boolean last) {
        lock.lock();
        try {
            var stream = last ? streams.remove(id) : streams.get(id);
            if (stream != null) {
                stream.received.add(new Came(message));
            }
        } finally {
            lock.unlock();
        }
    }

    private void goaway(int lastId) {
        lock.lock();
        try {
            goingAway = true;
            streams.values().removeIf(stream -> {
                if (stream.id > lastId) {
                    stream.received.add(End.UNPROCESSED);
                }
                return stream.id > lastId;
            });
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
