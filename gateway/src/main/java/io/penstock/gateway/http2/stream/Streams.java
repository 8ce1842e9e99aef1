// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The streams of one connection: which are open, whose ids were used, and how they come and go. */
public final class Streams {
    /** Never a stream id: what {@code lastPeerId} of GOAWAY says when nothing is excluded (RFC 9113 §6.8). */
    static final int EVERY_STREAM = Integer.MAX_VALUE;

    private final Http2Connection connection;
    private final ReentrantLock lock;
    private final boolean server;
    private final StreamTable table = new StreamTable();
    private final AnsweredStreams answered = new AnsweredStreams();
    private int reserved;
    private int nextLocalId = 1;
    private int lastPeerId;
    private int goawaySent = EVERY_STREAM;

    private volatile int openStreams;
    private volatile long opened;
    private volatile long lastStreamNanos = System.nanoTime();

    Streams(Http2Connection connection, ReentrantLock lock, boolean server) {
        this.connection = connection;
        this.lock = lock;
        this.server = server;
    }

    // ---- under the lock ----

    /** Open streams, and those of ours that are about to be opened. */
    int taken() {
        return table.size() + reserved;
    }

    /** Whether no stream was ever opened, and none is about to be. */
    boolean unused() {
        return opened == 0 && reserved == 0;
    }

    void reserve() {
        reserved++;
        openStreams = taken();
    }

    void giveBack() {
        reserved--;
        openStreams = taken();
    }

    List<Http2Stream> all() {
        return table.all();
    }

    /** Takes the next id of ours; negative when they are used up (RFC 9113 §5.1.1). */
    int nextId() {
        int id = nextLocalId;
        if (id > 0) {
            nextLocalId += 2;
        }
        return id;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    Http2Stream register(int id, StreamEvents events, int sendWindow, int receiveWindow) {
        Http2Stream stream = new Http2Stream(connection, id, events, sendWindow, receiveWindow);
        table.add(stream);
        openStreams = taken();
        opened++;
        events.bound(stream);
        return stream;
    }

    boolean leaveIfEnded(Http2Stream stream) {
        if (stream.closed || !stream.localEnd || !stream.remoteEnd) {
            return false;
        }
        leave(stream, StreamTable.Ending.ENDED);
        return true;
    }

    void leave(Http2Stream stream, StreamTable.Ending ending) {
        stream.closed = true;
        if (stream.ownAnswer && ending != StreamTable.Ending.RESET_BY_PEER) {
            answered.add(stream);
        }
        stream.dropWaiting();
        table.remove(stream.id, ending);
        openStreams = taken();
        lastStreamNanos = System.nanoTime();
    }

    /** The closed streams that were answered by the gateway itself. */
    AnsweredStreams answered() {
        return answered;
    }

    /** Notes how a stream ended that is not in the table. */
    void remember(int id, StreamTable.Ending ending) {
        table.remember(id, ending);
    }

    /** Takes note of a GOAWAY of ours; returns the last stream that it names, never above an earlier one's. */
    int goaway(boolean everyStream) {
        goawaySent = Math.min(goawaySent, everyStream ? EVERY_STREAM : lastPeerId);
        return goawaySent;
    }

    // ---- after the lock ----

    void afterLeave(List<Http2Stream> left, Wakes wakes) {
        for (Http2Stream stream : left) {
            afterLeave(stream, true, wakes);
        }
    }

    void afterLeave(Http2Stream stream, boolean closedNow, Wakes wakes) {
        if (closedNow) {
            stream.events.closed(wakes);
            connection.role().streamClosed(wakes);
        }
    }

    // ---- take the lock ----

    /** The stream of this number, unless it is over or has not begun. */
    public @Nullable Http2Stream find(int id) {
        lock.lock();
        try {
            return table.get(id);
        } finally {
            lock.unlock();
        }
    }

    /** How the stream of this number ended. */
    public StreamTable.Ending ending(int id) {
        lock.lock();
        try {
            if (peers(id) && id > goawaySent) {
                return StreamTable.Ending.RESET_BY_US; // our GOAWAY excluded it (RFC 9113 §6.8)
            }
            StreamTable.Ending ending = table.ending(id);
            // forgotten streams of our own were most likely cancelled with much still on its way
            return ending == StreamTable.Ending.UNKNOWN && !peers(id) ? StreamTable.Ending.RESET_BY_US : ending;
        } finally {
            lock.unlock();
        }
    }

    /** The peer has sent the last head that may still come on this stream, which we let go of. */
    void rememberLate(int id) {
        lock.lock();
        try {
            table.remember(id, StreamTable.Ending.ENDED);
        } finally {
            lock.unlock();
        }
    }

    /** Whether this id was never used by its owner (RFC 9113 §5.1: idle). */
    public boolean idle(int id) {
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

    /** Lets go of the stream if both sides have ended it; called by the reader after it has told of the end. */
    public void closeIfEnded(Http2Stream stream, Wakes wakes) {
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

    /** Those who are told of the open streams' events. */
    public List<StreamEvents> listening() {
        lock.lock();
        try {
            List<StreamEvents> all = new ArrayList<>(table.size());
            for (Http2Stream stream : table.all()) {
                all.add(stream.events);
            }
            return all;
        } finally {
            lock.unlock();
        }
    }

    // ---- without the lock ----

    int openStreams() {
        return openStreams;
    }

    /** Streams since the beginning. */
    public long opened() {
        return opened;
    }

    /** When a stream was last closed, or the connection began. */
    public long lastStreamNanos() {
        return lastStreamNanos;
    }
}
