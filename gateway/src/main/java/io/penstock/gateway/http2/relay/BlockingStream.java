// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.http2.stream.Http2Connection;
import io.penstock.gateway.http2.stream.Http2Stream;
import io.penstock.gateway.http2.stream.Wakes;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One stream in blocking style, either role: one thread reads what arrives, another may write, and the connection's own threads, which
 * bring frames and tell what was written, never wait.
 *
 * <p>Both directions are bounded by the stream's configured window: what is unread because credit is returned only as it is read, what
 * is unwritten because {@link #write} blocks.
 *
 * <p>Its lock guards its fields; it is never held during a call to the connection.
 */
final class BlockingStream {
    private static final byte[] EMPTY = {};

    private final Http2Connection connection;
    private final int mostUnwritten;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final ArrayDeque<Head> heads = new ArrayDeque<>(2);
    private final ReceivedBytes received;
    private volatile @Nullable Http2Stream stream;
    private @Nullable Head trailers;
    private boolean ended;
    private @Nullable Cause failure;
    private String detail = "";
    private int unwritten;
    private boolean writerWaits;
    private boolean unwanted;

    /** Of the thread that sends. */
    private final Wakes sending = new Wakes();
    /** Of the thread that reads. */
    private final Wakes reading = new Wakes();

    BlockingStream(Http2Connection connection, int replayBytes) {
        this.connection = connection;
        this.mostUnwritten = connection.config().streamWindowBytes();
        this.received = new ReceivedBytes(replayBytes);
    }

    /** The stream exists from here on. */
    void bind(Http2Stream to) {
        stream = to;
    }

    /** The wakes of the thread that sends, for frames that it sends itself. */
    Wakes sending() {
        return sending;
    }

    // ---- from the connection ----

    /** A head has arrived: the final one, or one of few before it. */
    void head(Head head, boolean end) {
        lock.lock();
        try {
            heads.add(head);
            ended |= end;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void data(byte[] bytes, int offset, int length, boolean end) {
        lock.lock();
        try {
            if (failure == null) {
                received.add(bytes, offset, length);
            }
            ended |= end;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes over what arrived before anybody read, and how much of it was given back to the peer as credit. */
    void begin(HeldRequest held, long returned) {
        lock.lock();
        try {
            received.add(held.bytes(), 0, held.length());
            received.alreadyRead((int) Math.min(returned, held.length()));
            ended = held.ended();
            trailers = held.trailers();
        } finally {
            lock.unlock();
        }
    }

    void trailers(Head last) {
        lock.lock();
        try {
            trailers = last;
            ended = true;
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** So many bytes of ours are in the kernel. */
    void written(int bytes) {
        lock.lock();
        try {
            unwritten -= bytes;
            if (writerWaits && unwritten <= mostUnwritten / 2) {
                writerWaits = false;
                room.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends both directions, unless that was done before; whoever blocks here is woken and throws. */
    void fail(Cause cause, String text) {
        lock.lock();
        try {
            if (failure == null) {
                failure = cause;
                detail = text;
                received.clear();
                heads.clear();
            }
            wakeAll();
        } finally {
            lock.unlock();
        }
    }

    /** The peer wants no more of what we send, but what it sent is whole and may be read: further bytes are dropped. */
    void dropWrites() {
        lock.lock();
        try {
            unwanted = true;
            wakeAll();
        } finally {
            lock.unlock();
        }
    }

    private void wakeAll() {
        arrived.signalAll();
        room.signalAll();
    }

    boolean failed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #read} will not wait. */
    boolean ready() {
        lock.lock();
        try {
            return ended || failure != null || !received.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Whether everything that the peer sends has arrived. */
    boolean ended() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    // ---- for the thread that reads ----

    Head nextHead() {
        lock.lock();
        try {
            while (true) {
                check();
                Head head = heads.poll();
                if (head != null) {
                    return head;
                }
                arrived.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    int read(byte[] buffer, int offset, int length) {
        int count;
        int credit;
        lock.lock();
        try {
            while (true) {
                check();
                if (!received.isEmpty()) {
                    break;
                }
                if (ended) {
                    return -1;
                }
                arrived.awaitUninterruptibly();
            }
            count = received.read(buffer, offset, length);
            credit = received.fresh(count);
        } finally {
            lock.unlock();
        }
        Http2Stream from = stream;
        if (credit > 0 && from != null) {
            connection.receive().returnCredit(from, credit, reading);
            reading.flush();
        }
        return count;
    }

    @Nullable
    Head trailers() {
        lock.lock();
        try {
            return trailers;
        } finally {
            lock.unlock();
        }
    }

    boolean rewind() {
        lock.lock();
        try {
            return received.rewind();
        } finally {
            lock.unlock();
        }
    }

    void release() {
        lock.lock();
        try {
            received.release();
        } finally {
            lock.unlock();
        }
    }

    // ---- for the thread that sends ----

    /** Sends bytes, and blocks while more than a window of them is unwritten. */
    void write(byte[] bytes, int offset, int length) {
        int at = offset;
        int left = length;
        while (left > 0) {
            int now = takeRoom(left);
            Http2Stream to = stream();
            if (now == 0 || to == null) {
                return;
            }
            connection.send().data(to, bytes, at, now, false, sending);
            at += now;
            left -= now;
        }
    }

    /** Waits for room and takes some of it, up to so many bytes; 0 when nobody wants them. */
    private int takeRoom(int wanted) {
        boolean flushed = false;
        while (true) {
            lock.lock();
            try {
                check();
                if (unwanted) {
                    return 0;
                }
                int most = mostUnwritten - unwritten;
                if (most > 0) {
                    int now = Math.min(wanted, most);
                    unwritten += now;
                    return now;
                }
                if (flushed) {
                    writerWaits = true;
                    room.awaitUninterruptibly();
                    continue;
                }
            } finally {
                lock.unlock();
            }
            sending.flush();
            flushed = true;
        }
    }

    void flush() {
        sending.flush();
    }

    /** Ends what we send. */
    void end(@Nullable Head last) {
        Http2Stream to;
        lock.lock();
        try {
            check();
            to = unwanted ? null : stream;
        } finally {
            lock.unlock();
        }
        if (to != null && last != null) {
            connection.send().trailers(to, last, sending);
        } else if (to != null) {
            connection.send().data(to, EMPTY, 0, 0, true, sending);
        }
        sending.flush();
    }

    /** The stream, once it exists. */
    @Nullable
    Http2Stream stream() {
        return stream;
    }

    /** Throws what has ended both directions, if anything has. */
    void checkFailure() {
        lock.lock();
        try {
            check();
        } finally {
            lock.unlock();
        }
    }

    private void check() {
        if (failure != null) {
            throw new GatewayException(failure, detail);
        }
    }
}
