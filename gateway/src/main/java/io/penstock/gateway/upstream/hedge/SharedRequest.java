// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.hedge;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.RequestHalf;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request, for several attempts that read it each at its own place: kept from its beginning, up to a limit. Whoever reads
 * beyond what is kept reads from the downstream; beyond the limit there is one reader, and nobody can begin again.
 *
 * <p>Its lock guards its fields and every call to the downstream about the request; it is held while that waits for bytes. Once it is closed
 * nobody calls the downstream any more, which may have gone on to its next request.
 */
final class SharedRequest {
    private static final byte[] NOTHING = {};
    private static final int STEP = 4 * 1024;
    /** Whoever has the lock for longer waits for bytes, and is known to the downstream as its reader. */
    private static final long PATIENCE_NANOS = 50_000_000;

    private final RequestHalf down;
    private final int mostBytes;
    private final Runnable settled;
    private final ReentrantLock lock = new ReentrantLock();
    private byte @Nullable [] kept = NOTHING;
    private int length;
    private boolean ended;
    private @Nullable Head trailers;
    private volatile boolean closed;

    /**
     * Begins with nothing read.
     *
     * @param mostBytes of the body that are kept
     * @param settled called, briefly, once the body has come to its end or is not kept any more
     */
    SharedRequest(RequestHalf down, int mostBytes, Runnable settled) {
        this.down = down;
        this.mostBytes = mostBytes;
        this.settled = settled;
    }

    /** Reads on from this place, as {@link RequestHalf#read} does. */
    int read(int place, byte[] buffer, int offset, int most) {
        lock.lock();
        try {
            byte[] bytes = kept;
            if (bytes != null && place < length) {
                int now = Math.min(most, length - place);
                System.arraycopy(bytes, place, buffer, offset, now);
                return now;
            }
            if (ended) {
                return -1;
            }
            if (closed) {
                throw new GatewayException(Cause.DOWNSTREAM_GONE, "the exchange has ended");
            }
            return readOn(buffer, offset, most);
        } finally {
            lock.unlock();
        }
    }

    private int readOn(byte[] buffer, int offset, int most) {
        int count = down.read(buffer, offset, most);
        if (count < 0) {
            ended = true;
            trailers = down.trailers();
            settled.run();
        } else {
            keep(buffer, offset, count);
        }
        return count;
    }

    private void keep(byte[] bytes, int offset, int count) {
        byte[] before = kept;
        if (before == null) {
            return;
        }
        if (length + count > mostBytes) {
            kept = null;
            settled.run();
            return;
        }
        if (length + count > before.length) {
            before = Arrays.copyOf(before, Math.max(length + count, 2 * length));
            kept = before;
        }
        System.arraycopy(bytes, offset, before, length, count);
        length += count;
    }

    /** Whether a reader at this place can go back to the beginning. */
    boolean held() {
        lock.lock();
        try {
            return kept != null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether all of it is here and kept. Reads what has arrived; never waits. */
    boolean whole() {
        if (!lock.tryLock()) {
            return false; // an attempt waits for more of it
        }
        try {
            byte[] buffer = ended ? NOTHING : new byte[STEP];
            while (!ended && !closed && kept != null && down.received()) {
                readOn(buffer, 0, buffer.length);
            }
            return ended && kept != null;
        } finally {
            lock.unlock();
        }
    }

    /** The downstream is left alone from here on, but for who waits for its bytes already. */
    void close() {
        closed = true;
        try {
            if (lock.tryLock(PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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

    boolean received() {
        lock.lock();
        try {
            return ended || closed || down.received();
        } finally {
            lock.unlock();
        }
    }

    boolean ready(int place) {
        lock.lock();
        try {
            return (kept != null && place < length) || ended || closed || down.ready();
        } finally {
            lock.unlock();
        }
    }
}
