// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import io.penstock.gateway.config.listener.Http2Config;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.frame.Http2Exception;
import io.penstock.gateway.wire.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection, either role: how it begins, goes away and ends. Its parts are the {@link Streams} that are open, what we
 * send on them ({@link SendSide}), what the peer may send ({@link ReceiveSide}), its {@link PeerSettings} and the {@link Output}.
 *
 * <p>Two virtual threads serve it: the reader, which runs {@code FrameDispatcher}, and the writer, which writes what any thread has
 * put into the current {@link OutputBatch}. Nobody else touches the socket, so one slow peer never holds another connection's
 * reader.
 *
 * <p>One {@code lock} guards the fields of all parts and every {@link Http2Stream}. It is never held during I/O, during a call of
 * {@link StreamEvents} or {@link Role}, or while another connection's lock is taken.
 */
public final class Http2Connection {
    /** A limit of streams: the connection takes its first one, and no other ever. */
    public static final int FIRST_ONLY = 0;

    /** What differs between the side that accepts streams and the side that opens them. Called without the lock. */
    public interface Role {
        /** A HEADERS frame for a stream that is not open and was not open before. */
        void opened(int streamId, Head head, boolean oversized, boolean end, Wakes wakes) throws Http2Exception;

        /** The peer's SETTINGS have been applied. */
        void settings(Wakes wakes);

        void pong(long opaque, Wakes wakes);

        void goaway(int lastStreamId, int code, Wakes wakes);

        /** A stream has left the table: a slot is free. */
        void streamClosed(Wakes wakes);

        /** Completes the head of a response, interim or final, or of a request that is about to be sent. */
        default void sending(Head head) {}
    }

    private final Wire wire;
    private final Http2Config config;
    private final boolean server;
    private final Role role;
    private final ReentrantLock lock = new ReentrantLock();
    private final Output output;
    private final FrameWriter frames;
    private final Streams streams;
    private final SendSide sending;
    private final ReceiveSide receiving;
    private final PeerSettings settings;

    private boolean goingAway;
    private boolean peerGoingAway;

    private volatile long lastReadNanos = System.nanoTime();

    public Http2Connection(Wire wire, Http2Config config, boolean server, Role role) {
        this.wire = wire;
        this.config = config;
        this.server = server;
        this.role = role;
        this.output = new Output(wire, lock);
        this.frames = new FrameWriter(output, config.headerTableBytes());
        this.streams = new Streams(this, lock, server);
        this.sending = new SendSide(lock, this, frames, streams);
        this.receiving = new ReceiveSide(lock, this, frames, streams, config.streamWindowBytes());
        this.settings = new PeerSettings(server, frames, sending.waiting());
    }

    public Streams streams() {
        return streams;
    }

    public SendSide send() {
        return sending;
    }

    public ReceiveSide receive() {
        return receiving;
    }

    // ---- life ----

    /** Gives memory back that was needed to send; called when no stream has been open for a while. */
    public void rest() {
        lock.lock();
        try {
            output.rest();
        } finally {
            lock.unlock();
        }
        wire.restWriting();
    }

    /** Queues our preface and SETTINGS and starts the writer. */
    public void start(String name) {
        lock.lock();
        try {
            frames.greeting(config, server);
            output.start(name);
        } finally {
            lock.unlock();
        }
    }

    /** See {@link Output#awaitRoom}. */
    public void awaitRoom() {
        output.awaitRoom();
    }

    void wakeWriter() {
        output.wake();
    }

    /** Writes what is queued, then ends our side. */
    public void closeAfterWriting() {
        lock.lock();
        try {
            output.close();
        } finally {
            lock.unlock();
        }
        output.unpark();
    }

    /** Says GOAWAY and ends our side, if no stream is open; none can be opened in between. True when it did. */
    public boolean closeIfUnused(String detail, Wakes wakes) {
        lock.lock();
        try {
            if (output.closing() || streams.taken() > 0) {
                return false;
            }
            goingAway = true;
            frames.goaway(streams.goaway(false), ErrorCode.NO_ERROR, detail);
            output.close();
        } finally {
            lock.unlock();
        }
        wakes.add(this);
        return true;
    }

    /** Closes the socket at once; the reader then finds out. */
    public void abort() {
        lock.lock();
        try {
            output.kill();
        } finally {
            lock.unlock();
        }
        output.unpark();
        wire.abort();
    }

    /** Tells every open stream that the connection is gone. Called once, by the reader, at its end. */
    public void lose(String detail, Wakes wakes) {
        List<Http2Stream> lost;
        lock.lock();
        try {
            output.kill();
            lost = streams.all();
            for (Http2Stream stream : lost) {
                streams.leave(stream, StreamTable.Ending.RESET_BY_PEER);
            }
        } finally {
            lock.unlock();
        }
        for (Http2Stream stream : lost) {
            stream.events.lost(detail, wakes);
            stream.events.closed(wakes);
        }
        output.unpark();
        wakes.flush();
    }

    // ---- streams ----

    /** Opens a stream as the client; null when no slot is free or the connection takes no more. */
    public @Nullable Http2Stream open(Head head, boolean end, StreamEvents events, int limit) {
        lock.lock();
        try {
            return free(limit) ? opened(head, end, events) : null;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a slot for a stream that is opened later, by {@link #openReserved}; false when none is free. */
    public boolean reserve(int limit) {
        lock.lock();
        try {
            boolean free = free(limit);
            if (free) {
                streams.reserve();
            }
            return free;
        } finally {
            lock.unlock();
        }
    }

    /** Opens a stream in the slot that was reserved for it; null, and the slot is gone, when the connection takes no more. */
    public @Nullable Http2Stream openReserved(Head head, boolean end, StreamEvents events) {
        lock.lock();
        try {
            streams.giveBack();
            return takesStreams() ? opened(head, end, events) : null;
        } finally {
            lock.unlock();
        }
    }

    /** Gives back a slot whose stream will not be opened. */
    public void giveBack(Wakes wakes) {
        lock.lock();
        try {
            streams.giveBack();
        } finally {
            lock.unlock();
        }
        role.streamClosed(wakes);
    }

    private boolean free(int limit) {
        int most = settings.maxStreams();
        return takesStreams()
                && (limit == FIRST_ONLY ? streams.unused() && most > 0 : streams.taken() < Math.min(limit, most));
    }

    private boolean takesStreams() {
        return output.open() && !goingAway && !peerGoingAway;
    }

    private @Nullable Http2Stream opened(Head head, boolean end, StreamEvents events) {
        int id = streams.nextId();
        if (id < 0) {
            goingAway = true;
            return null;
        }
        Http2Stream stream = register(id, events);
        stream.bodiless = "HEAD".equals(head.method());
        stream.connect = "CONNECT".equals(head.method());
        frames.head(stream, head, end);
        return stream;
    }

    /** Takes a stream that the peer opened. */
    public Http2Stream accept(int id, StreamEvents events, boolean end) {
        lock.lock();
        try {
            Http2Stream stream = register(id, events);
            stream.headReceived = true;
            stream.endReceived = end;
            stream.remoteEnd = end;
            stream.openedNanos = lastReadNanos;
            return stream;
        } finally {
            lock.unlock();
        }
    }

    private Http2Stream register(int id, StreamEvents events) {
        return streams.register(id, events, sending.waiting().initialWindow(), config.streamWindowBytes());
    }

    // ---- frames of the connection itself ----

    /** Applies the peer's SETTINGS and acknowledges them (RFC 9113 §6.5.3). */
    public void receiveSettings(byte[] bytes, int offset, int length, Wakes wakes) throws Http2Exception {
        List<Http2Stream> closedNow;
        lock.lock();
        try {
            settings.apply(bytes, offset, length);
            frames.settingsAck();
            closedNow = sending.waiting().drainAll();
        } finally {
            lock.unlock();
        }
        wakes.add(this);
        streams.afterLeave(closedNow, wakes);
        role.settings(wakes);
    }

    /** Ends what the peer has not begun, and opens nothing more. */
    public void receiveGoaway(int lastStreamId, int code, Wakes wakes) {
        List<Http2Stream> above;
        lock.lock();
        try {
            peerGoingAway = true;
            above = server ? new ArrayList<>() : streams.all();
            above.removeIf(stream -> stream.id <= lastStreamId);
            for (Http2Stream stream : above) {
                streams.leave(stream, StreamTable.Ending.RESET_BY_PEER);
            }
        } finally {
            lock.unlock();
        }
        for (Http2Stream stream : above) {
            stream.events.unprocessed(wakes);
            streams.afterLeave(stream, true, wakes);
        }
        role.goaway(lastStreamId, code, wakes);
    }

    /**
     * Whether a head or DATA went to the peer since its last PING. Clients that measure the network send a PING for each burst that
     * they get (grpc-go without any other limit), so those are no flood.
     */
    public boolean sentSincePing() {
        lock.lock();
        try {
            return frames.sentSincePing();
        } finally {
            lock.unlock();
        }
    }

    /** Lets the peer send more on the connection. */
    public void sendConnectionCredit(int bytes, Wakes wakes) {
        lock.lock();
        try {
            frames.windowUpdate(0, bytes);
        } finally {
            lock.unlock();
        }
        wakes.add(this);
    }

    /** Asks for a sign of life, or gives one. */
    public void sendPing(long opaque, boolean ack, Wakes wakes) {
        lock.lock();
        try {
            frames.ping(opaque, ack);
        } finally {
            lock.unlock();
        }
        wakes.add(this);
    }

    /**
     * Announces the end of the connection.
     *
     * @param everyStream first step of a drain: streams that are on their way are still admitted (RFC 9113 §6.8)
     */
    public void sendGoaway(boolean everyStream, int code, String detail, Wakes wakes) {
        lock.lock();
        try {
            goingAway = true;
            frames.goaway(streams.goaway(everyStream), code, detail);
        } finally {
            lock.unlock();
        }
        wakes.add(this);
    }

    // ---- what others look at ----

    /** When the write began that is under way; 0 when none is. */
    public long writeStartedNanos() {
        return output.writeStartedNanos();
    }

    public long lastReadNanos() {
        return lastReadNanos;
    }

    public void noteRead() {
        lastReadNanos = System.nanoTime();
    }

    /** Whether the peer takes CONNECT with {@code :protocol} (RFC 8441 §3). */
    public boolean peerTakesConnect() {
        lock.lock();
        try {
            return settings.connectProtocol();
        } finally {
            lock.unlock();
        }
    }

    public int openStreams() {
        return streams.openStreams();
    }

    public boolean server() {
        return server;
    }

    public Role role() {
        return role;
    }

    public Http2Config config() {
        return config;
    }
}
