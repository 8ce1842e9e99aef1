// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2;

import io.penstock.gateway.config.Http2Config;
import io.penstock.gateway.exchange.Head;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 connection, either role: its streams, windows, settings and what waits to be written.
 *
 * <p>Two virtual threads serve it: the reader, which runs {@link FrameDispatcher}, and the writer, which writes what any thread has
 * put into the current {@link OutputBatch}. Nobody else touches the socket, so one slow peer never holds another connection's
 * reader.
 *
 * <p>{@code lock} guards every field below it and every {@link Http2Stream}. It is never held during I/O, during a call of {@link
 * StreamEvents} or {@link Role}, or while another connection's lock is taken.
 */
final class Http2Connection {

    /** What differs between the side that accepts streams and the side that opens them. Called without the lock. */
    interface Role {
        /** A HEADERS frame for a stream that is not open and was not open before. */
        void opened(int streamId, Head head, boolean oversized, boolean end, Wakes wakes) throws Http2Exception;

        /** The peer's SETTINGS have been applied. */
        void settings(Wakes wakes);

        void pong(long opaque, Wakes wakes);

        void goaway(int lastStreamId, int code, Wakes wakes);

        /** A stream has left the table: a slot is free. */
        void streamClosed(Wakes wakes);
    }

    /** Never a stream id: what {@code lastPeerId} of GOAWAY says when nothing is excluded (RFC 9113 §6.8). */
    static final int EVERY_STREAM = Integer.MAX_VALUE;
    /** What may wait that no window bounds, before the reader of a connection that others opened to us takes no more. */
    private static final int MOST_CONTROL_BYTES = 1024 * 1024;
    /** A stream that its peer resets within this time of opening it lived too short to be worth its opening. */
    private static final long RAPID_NANOS = 100_000_000L;

    private final Wire wire;
    private final Http2Config config;
    private final boolean server;
    private final Role role;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition swapped = lock.newCondition();

    private OutputBatch filling = new OutputBatch();
    private OutputBatch writing = new OutputBatch();
    private final HpackEncoder encoder;
    private final StreamTable streams = new StreamTable();
    private final ArrayDeque<Http2Stream> blocked = new ArrayDeque<>();
    private int sendWindow = Frames.DEFAULT_WINDOW;
    private int initialSendWindow = Frames.DEFAULT_WINDOW;
    private int maxSendPayload = Frames.MAX_PAYLOAD;
    private int peerMaxStreams = 100; // until SETTINGS say otherwise; what clients commonly assume
    private int nextLocalId = 1;
    private int lastPeerId;
    private int goawaySent = EVERY_STREAM;
    private boolean sentSincePing;
    private boolean goingAway;
    private boolean peerGoingAway;
    private boolean closing;
    private boolean dead;

    private @Nullable Thread writer;
    private volatile boolean writerIdle;
    private volatile long writeStartedNanos;
    private volatile long lastReadNanos = System.nanoTime();
    private volatile long lastStreamNanos = System.nanoTime();
    private volatile int openStreams;
    private volatile long opened;
    private volatile boolean finished;

    Http2Connection(Wire wire, Http2Config config, boolean server, Role role) {
        this.wire = wire;
        this.config = config;
        this.server = server;
        this.role = role;
        this.encoder = new HpackEncoder(config.headerTableBytes());
    }

    // ---- life ----

    /** Queues our preface and SETTINGS and starts the writer. */
    void start(String name) {
        lock.lock();
        try {
            if (!server) {
                filling.put(Preface.BYTES, 0, Preface.BYTES.length);
            }
            writeSettings();
            int extra = config.connectionWindowBytes() - Frames.DEFAULT_WINDOW;
            if (extra > 0) {
                filling.frame(4, Frames.WINDOW_UPDATE, 0, 0);
                filling.int32(extra);
            }
            writer = Thread.ofVirtual().name(name).start(this::write);
        } finally {
            lock.unlock();
        }
    }

    private void writeSettings() {
        int count = server ? 4 : 5;
        filling.frame(count * 6, Frames.SETTINGS, 0, 0);
        setting(Frames.SETTING_HEADER_TABLE_SIZE, config.headerTableBytes());
        setting(Frames.SETTING_INITIAL_WINDOW_SIZE, config.streamWindowBytes());
        setting(Frames.SETTING_MAX_HEADER_LIST_SIZE, config.maxHeadBytes());
        if (server) {
            setting(Frames.SETTING_MAX_CONCURRENT_STREAMS, config.maxConcurrentStreams());
        } else {
            setting(Frames.SETTING_ENABLE_PUSH, 0);
            setting(Frames.SETTING_MAX_CONCURRENT_STREAMS, 0);
        }
    }

    private void setting(int id, int value) {
        filling.int16(id);
        filling.int32(value);
    }

    private void write() {
        Wakes wakes = new Wakes();
        Runnable noteWrite = () -> writeStartedNanos = System.nanoTime();
        try {
            while (true) {
                OutputBatch batch = nextBatch();
                if (batch == null) {
                    break;
                }
                batch.writeTo(wire, noteWrite);
                writeStartedNanos = 0;
                batch.settle(wakes);
                wakes.flush();
            }
            wire.finish();
        } catch (IOException | RuntimeException e) {
            wire.abort();
        } finally {
            finished = true;
            signalReader();
        }
    }

    private void signalReader() {
        lock.lock();
        try {
            swapped.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits while the peer reads too little of what its own frames caused: heads of refusals, acknowledgements and resets are bounded
     * by no window. Called by the reader between reads; the write timeout ends a wait that lasts.
     */
    void awaitRoom() {
        lock.lock();
        try {
            while (filling.controlBytes() > MOST_CONTROL_BYTES && !dead && !finished) {
                swapped.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for something to write. Null when the connection is to be closed and nothing is left. */
    private @Nullable OutputBatch nextBatch() {
        while (true) {
            lock.lock();
            try {
                if (!filling.empty()) {
                    OutputBatch batch = filling;
                    filling = writing;
                    writing = batch;
                    batch.seal();
                    swapped.signalAll();
                    return batch;
                }
                if (closing || dead) {
                    return null;
                }
                writerIdle = true;
            } finally {
                lock.unlock();
            }
            LockSupport.park(this);
            writerIdle = false;
        }
    }

    void wakeWriter() {
        if (writerIdle) {
            writerIdle = false;
            LockSupport.unpark(writer);
        }
    }

    /** Writes what is queued, then ends our side. */
    void closeAfterWriting() {
        lock.lock();
        try {
            closing = true;
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(writer);
    }

    /** Says GOAWAY and ends our side, if no stream is open; none can be opened in between. True when it did. */
    boolean closeIfUnused(String detail, Wakes wakes) {
        lock.lock();
        try {
            if (closing || streams.size() > 0) {
                return false;
            }
            goingAway = true;
            writeGoaway(lastPeerId, ErrorCode.NO_ERROR, detail);
            closing = true;
        } finally {
            lock.unlock();
        }
        wakes.add(this);
        return true;
    }

    /** Closes the socket at once; the reader then finds out. */
    void abort() {
        lock.lock();
        try {
            dead = true;
            swapped.signalAll();
        } finally {
            lock.unlock();
        }
        LockSupport.unpark(writer);
        wire.abort();
    }

    /** Tells every open stream that the connection is gone. Called once, by the reader, at its end. */
    void lose(String detail, Wakes wakes) {
        List<Http2Stream> lost;
        lock.lock();
        try {
            dead = true;
            lost = streams.all();
            for (Http2Stream stream : lost) {
                leave(stream, StreamTable.Ending.RESET_BY_PEER);
            }
        } finally {
            lock.unlock();
        }
        for (Http2Stream stream : lost) {
            stream.events.lost(detail, wakes);
            stream.events.closed(wakes);
        }
        LockSupport.unpark(writer);
        wakes.flush();
    }

    // ---- streams ----

    /** Opens a stream as the client; null when no slot is free or the connection takes no more. */
    @Nullable
    Http2Stream open(Head head, boolean end, StreamEvents events, int limit) {
        lock.lock();
        try {
            if (dead || closing || goingAway || peerGoingAway || streams.size() >= Math.min(limit, peerMaxStreams)) {
                return null;
            }
            if (nextLocalId < 0) {
                goingAway = true; // ids are used up (RFC 9113 §5.1.1)
                return null;
            }
            Http2Stream stream = register(nextLocalId, events);
            nextLocalId += 2;
            stream.bodiless = "HEAD".equals(head.method());
            writeHead(stream, head, end);
            return stream;
        } finally {
            lock.unlock();
        }
    }

    /** Takes a stream that the peer opened. */
    Http2Stream accept(int id, StreamEvents events, boolean end) {
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

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    private Http2Stream register(int id, StreamEvents events) {
        Http2Stream stream = new Http2Stream(this, id, events, initialSendWindow, config.streamWindowBytes());
        streams.add(stream);
        openStreams = streams.size();
        opened++;
        events.bound(stream);
        return stream;
    }

    void sendHead(Http2Stream stream, Head head, boolean end, Wakes wakes) {
        boolean closedNow;
        lock.lock();
        try {
            if (stream.closed || stream.localEnd) {
                return;
            }
            writeHead(stream, head, end);
            closedNow = leaveIfEnded(stream);
        } finally {
            lock.unlock();
        }
        wakes.add(this);
        afterLeave(stream, closedNow, wakes);
    }

    void sendTrailers(Http2Stream stream, Head trailers, Wakes wakes) {
        boolean closedNow = false;
        lock.lock();
        try {
            if (stream.closed || stream.localEnd) {
                return;
            }
            if (stream.waiting.isEmpty()) {
                writeHead(stream, trailers, true);
                closedNow = leaveIfEnded(stream);
            } else {
                stream.trailersWaiting = trailers;
            }
        } finally {
            lock.unlock();
        }
        wakes.add(this);
        afterLeave(stream, closedNow, wakes);
    }

    /** Sends what the windows allow now; the rest is copied and waits. */
    void sendData(Http2Stream stream, byte[] bytes, int offset, int length, boolean end, Wakes wakes) {
        boolean closedNow = false;
        lock.lock();
        try {
            if (stream.closed || stream.localEnd) {
                return;
            }
            int now = 0;
            if (stream.waiting.isEmpty()) {
                now = Math.max(0, Math.min(length, Math.min(stream.sendWindow, sendWindow)));
                if (now > 0 || length == 0) {
                    writeData(stream, bytes, offset, now, end && now == length);
                    closedNow = leaveIfEnded(stream);
                }
            }
            if (now < length) {
                if (stream.waiting.isEmpty()) {
                    stream.waitingSinceNanos = System.nanoTime();
                }
                stream.keep(bytes, offset + now, length - now);
                stream.endWaiting = end;
                queue(stream);
            } else if (end && !stream.localEnd) {
                stream.endWaiting = true;
            }
        } finally {
            lock.unlock();
        }
        wakes.add(this);
        afterLeave(stream, closedNow, wakes);
    }

    /** Sends trailers now, instead of what waits on the stream. */
    void sendLastTrailers(Http2Stream stream, Head trailers, Wakes wakes) {
        boolean closedNow;
        lock.lock();
        try {
            if (stream.closed || stream.localEnd) {
                return;
            }
            stream.dropWaiting();
            writeHead(stream, trailers, true);
            closedNow = leaveIfEnded(stream);
        } finally {
            lock.unlock();
        }
        wakes.add(this);
        afterLeave(stream, closedNow, wakes);
    }

    /** Resets the stream now, dropping what waits on it. */
    void reset(Http2Stream stream, int code, Wakes wakes) {
        lock.lock();
        try {
            if (stream.closed) {
                return;
            }
            boolean ended = stream.localEnd && stream.endReceived; // told of its end, but not yet let go by the reader
            if (!ended) {
                writeReset(stream.id, code);
            }
            leave(stream, ended ? StreamTable.Ending.ENDED : StreamTable.Ending.RESET_BY_US);
        } finally {
            lock.unlock();
        }
        wakes.add(this);
        afterLeave(stream, true, wakes);
    }

    /** Nobody cares for the stream any more, but what waits on it shall still be sent: see {@link #resetStuck}. */
    void leaveAlone(Http2Stream stream) {
        lock.lock();
        try {
            stream.alone = true;
        } finally {
            lock.unlock();
        }
    }

    /** Resets streams that were left alone and whose peer has given them no window for this long. */
    void resetStuck(long nanos, long now, Wakes wakes) {
        List<Http2Stream> stuck = new ArrayList<>(0);
        lock.lock();
        try {
            for (Http2Stream stream : blocked) {
                if (stream.alone && starved(stream, nanos, now)) {
                    stuck.add(stream);
                }
            }
        } finally {
            lock.unlock();
        }
        for (Http2Stream stream : stuck) {
            reset(stream, ErrorCode.CANCEL, wakes);
        }
    }

    /** Resets the stream once all that waits on it is sent: how a complete answer ends an upload early (RFC 9113 §8.1). */
    void resetAfterWaiting(Http2Stream stream, int code, Wakes wakes) {
        lock.lock();
        try {
            if (!stream.closed && stream.hasWaiting()) {
                stream.resetWaiting = code;
                return;
            }
        } finally {
            lock.unlock();
        }
        reset(stream, code, wakes);
    }

    /** Bytes of this stream went on to the other side: lets the peer send as many again, once they are worth a frame. */
    void returnCredit(Http2Stream stream, int bytes, Wakes wakes) {
        lock.lock();
        try {
            if (stream.closed || stream.endReceived) {
                return;
            }
            stream.unreturned += bytes;
            if (stream.unreturned < config.streamWindowBytes() / 2) {
                return;
            }
            filling.frame(4, Frames.WINDOW_UPDATE, 0, stream.id);
            filling.int32(stream.unreturned);
            stream.receiveWindow += stream.unreturned;
            stream.unreturned = 0;
        } finally {
            lock.unlock();
        }
        wakes.add(this);
    }

    // ---- what the reader found ----

    @Nullable
    Http2Stream find(int id) {
        lock.lock();
        try {
            return streams.get(id);
        } finally {
            lock.unlock();
        }
    }

    StreamTable.Ending ending(int id) {
        lock.lock();
        try {
            if (peers(id) && id > goawaySent) {
                return StreamTable.Ending.RESET_BY_US; // our GOAWAY excluded it (RFC 9113 §6.8)
            }
            StreamTable.Ending ending = streams.ending(id);
            // forgotten streams of our own were most likely cancelled with much still on its way
            return ending == StreamTable.Ending.UNKNOWN && !peers(id) ? StreamTable.Ending.RESET_BY_US : ending;
        } finally {
            lock.unlock();
        }
    }

    /** Whether this id was never used by its owner (RFC 9113 §5.1: idle). */
    boolean idle(int id) {
        lock.lock();
        try {
            return peers(id) ? id > lastPeerId : id >= nextLocalId;
        } finally {
            lock.unlock();
        }
    }

    /** Whether ids of this parity belong to the peer. */
    boolean peers(int id) {
        return (id & 1) == (server ? 1 : 0);
    }

    /** Notes the newest id of the peer; false when it is above what our GOAWAY admits, and so to be ignored. */
    boolean admit(int id) {
        lock.lock();
        try {
            lastPeerId = id;
            return id <= goawaySent;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes DATA of this many bytes, padding included, off the stream's window.
     *
     * @return false when the peer sent more than it was allowed to
     */
    boolean receive(Http2Stream stream, int flowControlled, int payloadBytes, boolean end) throws Http2Exception {
        lock.lock();
        try {
            if (stream.endReceived) {
                throw Http2Exception.stream(stream.id, ErrorCode.STREAM_CLOSED, "DATA after the end of the stream");
            }
            if (!stream.headReceived) {
                throw Http2Exception.stream(stream.id, ErrorCode.PROTOCOL_ERROR, "DATA before a head");
            }
            stream.receiveWindow -= flowControlled;
            if (stream.receiveWindow < 0) {
                return false;
            }
            stream.unreturned += flowControlled - payloadBytes;
            stream.receivedBytes += payloadBytes;
            checkLength(stream, end);
            stream.endReceived = end;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private static void checkLength(Http2Stream stream, boolean end) throws Http2Exception {
        if (stream.declaredBytes == Http2Stream.UNDECLARED) {
            return;
        }
        if (stream.receivedBytes > stream.declaredBytes || (end && stream.receivedBytes != stream.declaredBytes)) {
            throw Http2Exception.stream(
                    stream.id,
                    ErrorCode.PROTOCOL_ERROR,
                    "body is " + stream.receivedBytes + " bytes, content-length says " + stream.declaredBytes);
        }
    }

    /** Notes the end of what the peer sends on this stream, by a head or trailers. */
    void receiveEnd(Http2Stream stream) throws Http2Exception {
        lock.lock();
        try {
            checkLength(stream, true);
            stream.endReceived = true;
        } finally {
            lock.unlock();
        }
    }

    /** Lets go of the stream if both sides have ended it; called by the reader after it has told of the end. */
    void closeIfEnded(Http2Stream stream, Wakes wakes) {
        boolean closedNow;
        lock.lock();
        try {
            stream.remoteEnd = stream.endReceived;
            closedNow = leaveIfEnded(stream);
        } finally {
            lock.unlock();
        }
        afterLeave(stream, closedNow, wakes);
    }

    /**
     * The peer reset this stream.
     *
     * @return whether it had just been opened and nothing of an answer was sent: the mark of a rapid reset, which makes us work for
     *     more streams than may be open at a time. Who waits longer, or for an answer, is held by the limit of open streams.
     */
    boolean receiveReset(Http2Stream stream, int code, Wakes wakes) {
        boolean rapid;
        lock.lock();
        try {
            if (stream.closed) {
                return false;
            }
            rapid = !stream.headSent && lastReadNanos - stream.openedNanos < RAPID_NANOS;
            leave(stream, StreamTable.Ending.RESET_BY_PEER);
        } finally {
            lock.unlock();
        }
        stream.events.reset(code, wakes);
        afterLeave(stream, true, wakes);
        return rapid;
    }

    void receiveWindowUpdate(Http2Stream stream, int increment, Wakes wakes) throws Http2Exception {
        boolean closedNow;
        lock.lock();
        try {
            if (stream.closed) {
                return;
            }
            long window = (long) stream.sendWindow + increment;
            if (window > Integer.MAX_VALUE) {
                throw Http2Exception.stream(stream.id, ErrorCode.FLOW_CONTROL_ERROR, "window above 2^31-1");
            }
            stream.sendWindow = (int) window;
            if (!stream.hasWaiting()) {
                return;
            }
            drainWaiting(stream, Integer.MAX_VALUE);
            closedNow = stream.closed;
        } finally {
            lock.unlock();
        }
        wakes.add(this);
        afterLeave(stream, closedNow, wakes);
    }

    void receiveWindowUpdate(int increment, Wakes wakes) throws Http2Exception {
        List<Http2Stream> closedNow;
        lock.lock();
        try {
            long window = (long) sendWindow + increment;
            if (window > Integer.MAX_VALUE) {
                throw Http2Exception.connection(ErrorCode.FLOW_CONTROL_ERROR, "window above 2^31-1");
            }
            sendWindow = (int) window;
            closedNow = drainBlocked();
        } finally {
            lock.unlock();
        }
        wakes.add(this);
        afterLeave(closedNow, wakes);
    }

    /** Applies the peer's SETTINGS in their order and acknowledges them (RFC 9113 §6.5.3). */
    void receiveSettings(byte[] bytes, int offset, int length, Wakes wakes) throws Http2Exception {
        List<Http2Stream> closedNow;
        lock.lock();
        try {
            for (int at = offset; at < offset + length; at += 6) {
                applySetting(Frames.int16(bytes, at), Frames.int32(bytes, at + 2) & 0xffffffffL);
            }
            filling.frame(0, Frames.SETTINGS, Frames.ACK, 0);
            closedNow = drainBlocked();
        } finally {
            lock.unlock();
        }
        wakes.add(this);
        afterLeave(closedNow, wakes);
        role.settings(wakes);
    }

    private void applySetting(int id, long value) throws Http2Exception {
        switch (id) {
            case Frames.SETTING_HEADER_TABLE_SIZE -> encoder.peerTableBytes((int) Math.min(value, Integer.MAX_VALUE));
            case Frames.SETTING_ENABLE_PUSH -> {
                if (value > 1 || (!server && value != 0)) {
                    throw Http2Exception.connection(ErrorCode.PROTOCOL_ERROR, "ENABLE_PUSH is " + value);
                }
            }
            case Frames.SETTING_MAX_CONCURRENT_STREAMS -> peerMaxStreams = (int) Math.min(value, Integer.MAX_VALUE);
            case Frames.SETTING_INITIAL_WINDOW_SIZE -> {
                if (value > Integer.MAX_VALUE) {
                    throw Http2Exception.connection(ErrorCode.FLOW_CONTROL_ERROR, "INITIAL_WINDOW_SIZE above 2^31-1");
                }
                changeInitialWindow((int) value);
            }
            case Frames.SETTING_MAX_FRAME_SIZE -> {
                if (value < Frames.MAX_PAYLOAD || value > 0xffffff) {
                    throw Http2Exception.connection(ErrorCode.PROTOCOL_ERROR, "MAX_FRAME_SIZE is " + value);
                }
                maxSendPayload = (int) Math.min(value, 64 * 1024);
            }
            default -> {} // unknown ones, and MAX_HEADER_LIST_SIZE, which is advice (RFC 9113 §6.5.2)
        }
    }

    private void changeInitialWindow(int value) throws Http2Exception {
        int change = value - initialSendWindow;
        initialSendWindow = value;
        for (Http2Stream stream : streams.all()) {
            long window = (long) stream.sendWindow + change;
            if (window > Integer.MAX_VALUE) {
                throw Http2Exception.connection(ErrorCode.FLOW_CONTROL_ERROR, "window above 2^31-1");
            }
            stream.sendWindow = (int) window;
        }
    }

    void receiveGoaway(int lastStreamId, int code, Wakes wakes) {
        List<Http2Stream> above;
        lock.lock();
        try {
            peerGoingAway = true;
            above = server ? new ArrayList<>() : streams.all();
            above.removeIf(stream -> stream.id <= lastStreamId);
            for (Http2Stream stream : above) {
                leave(stream, StreamTable.Ending.RESET_BY_PEER);
            }
        } finally {
            lock.unlock();
        }
        for (Http2Stream stream : above) {
            stream.events.unprocessed(wakes);
            afterLeave(stream, true, wakes);
        }
        role.goaway(lastStreamId, code, wakes);
    }

    // ---- frames of the connection itself ----

    /**
     * Whether a head or DATA went to the peer since its last PING. Clients that measure the network send a PING for each burst that
     * they get (grpc-go without any other limit), so those are no flood.
     */
    boolean sentSincePing() {
        lock.lock();
        try {
            return sentSincePing;
        } finally {
            lock.unlock();
        }
    }

    void sendConnectionCredit(int bytes, Wakes wakes) {
        lock.lock();
        try {
            filling.frame(4, Frames.WINDOW_UPDATE, 0, 0);
            filling.int32(bytes);
        } finally {
            lock.unlock();
        }
        wakes.add(this);
    }

    void sendPing(long opaque, boolean ack, Wakes wakes) {
        lock.lock();
        try {
            if (ack) {
                sentSincePing = false;
            }
            filling.frame(8, Frames.PING, ack ? Frames.ACK : 0, 0);
            filling.int32((int) (opaque >>> 32));
            filling.int32((int) opaque);
        } finally {
            lock.unlock();
        }
        wakes.add(this);
    }

    /** Resets a stream that is not in the table; what still comes on it is ignored. */
    void refuseStream(int streamId, int code, Wakes wakes) {
        lock.lock();
        try {
            writeReset(streamId, code);
            streams.remember(streamId, StreamTable.Ending.RESET_BY_US);
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
    void sendGoaway(boolean everyStream, int code, String detail, Wakes wakes) {
        lock.lock();
        try {
            goingAway = true;
            writeGoaway(everyStream ? EVERY_STREAM : lastPeerId, code, detail);
        } finally {
            lock.unlock();
        }
        wakes.add(this);
    }

    // ---- under the lock ----

    private void writeHead(Http2Stream stream, Head head, boolean end) {
        int length = encoder.encode(head);
        byte[] block = encoder.buffer();
        int first = Math.min(length, maxSendPayload);
        int flags = (end ? Frames.END_STREAM : 0) | (first == length ? Frames.END_HEADERS : 0);
        filling.frame(first, Frames.HEADERS, flags, stream.id);
        filling.put(block, 0, first);
        for (int at = first; at < length; ) {
            int next = Math.min(length - at, maxSendPayload);
            filling.frame(next, Frames.CONTINUATION, at + next == length ? Frames.END_HEADERS : 0, stream.id);
            filling.put(block, at, next);
            at += next;
        }
        stream.headSent = true;
        sentSincePing = true;
        stream.localEnd = end;
    }

    private void writeData(Http2Stream stream, byte[] bytes, int offset, int length, boolean end) {
        int at = 0;
        do {
            int now = Math.min(length - at, maxSendPayload);
            boolean last = end && at + now == length;
            filling.frame(now, Frames.DATA, last ? Frames.END_STREAM : 0, stream.id);
            filling.put(bytes, offset + at, now);
            at += now;
        } while (at < length);
        sentSincePing = true;
        if (length > 0) {
            stream.sendWindow -= length;
            sendWindow -= length;
            filling.credit(stream, length);
        }
        stream.localEnd = end;
    }

    private void writeReset(int streamId, int code) {
        filling.frame(4, Frames.RST_STREAM, 0, streamId);
        filling.int32(code);
    }

    private void writeGoaway(int lastStream, int code, String detail) {
        byte[] text = detail.getBytes(StandardCharsets.UTF_8);
        goawaySent = Math.min(goawaySent, lastStream);
        filling.frame(8 + text.length, Frames.GOAWAY, 0, 0);
        filling.int32(goawaySent);
        filling.int32(code);
        filling.put(text, 0, text.length);
    }

    private void queue(Http2Stream stream) {
        if (!stream.queued) {
            stream.queued = true;
            blocked.add(stream);
        }
    }

    /** Gives every waiting stream a turn of one frame, again and again, while the connection's window lasts. */
    private List<Http2Stream> drainBlocked() {
        List<Http2Stream> closedNow = new ArrayList<>(0);
        boolean progress = true;
        while (progress && sendWindow > 0 && !blocked.isEmpty()) {
            progress = false;
            for (int turns = blocked.size(); turns > 0 && sendWindow > 0; turns--) {
                Http2Stream stream = blocked.remove();
                stream.queued = false;
                if (stream.closed) {
                    continue;
                }
                progress |= drainWaiting(stream, maxSendPayload);
                if (stream.closed) {
                    closedNow.add(stream);
                } else if (!stream.waiting.isEmpty()) {
                    queue(stream);
                }
            }
        }
        return closedNow;
    }

    /** Sends up to so many of the stream's waiting bytes; true when any went. */
    private boolean drainWaiting(Http2Stream stream, int most) {
        int budget = most;
        boolean progress = false;
        while (!stream.waiting.isEmpty()) {
            byte[] chunk = stream.waiting.element();
            int chunkEnd = stream.waiting.size() == 1 ? stream.waitingEnd : chunk.length;
            int left = chunkEnd - stream.waitingOffset;
            int now = Math.min(Math.min(left, budget), Math.min(stream.sendWindow, sendWindow));
            if (now <= 0) {
                return progress;
            }
            boolean chunkDone = now == left;
            boolean end = chunkDone && stream.waiting.size() == 1 && stream.endWaiting;
            writeData(stream, chunk, stream.waitingOffset, now, end);
            stream.waitingOffset += now;
            stream.waitingSinceNanos = System.nanoTime();
            budget -= now;
            progress = true;
            if (chunkDone) {
                stream.waiting.remove();
                stream.waitingOffset = 0;
            }
        }
        stream.endWaiting = false;
        if (stream.trailersWaiting != null) {
            writeHead(stream, stream.trailersWaiting, true);
            stream.trailersWaiting = null;
        }
        if (stream.resetWaiting >= 0) {
            writeReset(stream.id, stream.resetWaiting);
            leave(stream, StreamTable.Ending.RESET_BY_US);
        } else {
            leaveIfEnded(stream);
        }
        return progress;
    }

    private boolean leaveIfEnded(Http2Stream stream) {
        if (stream.closed || !stream.localEnd || !stream.remoteEnd) {
            return false;
        }
        leave(stream, StreamTable.Ending.ENDED);
        return true;
    }

    private void leave(Http2Stream stream, StreamTable.Ending ending) {
        stream.closed = true;
        stream.dropWaiting();
        streams.remove(stream.id, ending);
        openStreams = streams.size();
        lastStreamNanos = System.nanoTime();
    }

    // ---- after the lock ----

    private void afterLeave(List<Http2Stream> left, Wakes wakes) {
        for (Http2Stream stream : left) {
            afterLeave(stream, true, wakes);
        }
    }

    private void afterLeave(Http2Stream stream, boolean closedNow, Wakes wakes) {
        if (closedNow) {
            stream.events.closed(wakes);
            role.streamClosed(wakes);
        }
    }

    // ---- what upkeep looks at ----

    /** Whether a stream has had bytes waiting for a window for longer than this. */
    boolean starvedFor(long nanos, long now) {
        lock.lock();
        try {
            for (Http2Stream stream : blocked) {
                if (starved(stream, nanos, now)) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    private static boolean starved(Http2Stream stream, long nanos, long now) {
        return !stream.closed && !stream.waiting.isEmpty() && now - stream.waitingSinceNanos > nanos;
    }

    /** Those who are told of the open streams' events. */
    List<StreamEvents> listening() {
        lock.lock();
        try {
            List<StreamEvents> all = new ArrayList<>(streams.size());
            for (Http2Stream stream : streams.all()) {
                all.add(stream.events);
            }
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** When the write began that is under way; 0 when none is. */
    long writeStartedNanos() {
        return writeStartedNanos;
    }

    long lastReadNanos() {
        return lastReadNanos;
    }

    void noteRead() {
        lastReadNanos = System.nanoTime();
    }

    /** When a stream was last closed, or the connection began. */
    long lastStreamNanos() {
        return lastStreamNanos;
    }

    int openStreams() {
        return openStreams;
    }

    /** Streams since the beginning. */
    long opened() {
        return opened;
    }

    /** The most streams that the peer lets us have open. */
    int peerMaxStreams() {
        lock.lock();
        try {
            return peerMaxStreams;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the writer has written its last byte. */
    boolean finished() {
        return finished;
    }

    boolean server() {
        return server;
    }

    Role role() {
        return role;
    }

    Http2Config config() {
        return config;
    }
}
