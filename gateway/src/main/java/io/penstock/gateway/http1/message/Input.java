// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

import io.penstock.gateway.exchange.Handles;
import io.penstock.gateway.wire.Wire;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * What a connection receives: a buffer that holds little more than the line that is being parsed. Used by one thread at a time.
 *
 * <p>The buffer begins at 1 KiB, so that idle connections stay small, and grows to the longest line. Bodies are read past it.
 */
public final class Input {
    private static final int SMALLEST = 1024;
    /** What a connection keeps between two messages: less would be allocated anew for every head with a cookie. */
    private static final int KEPT = 4 * 1024;

    private static final VarHandle WAITING_SINCE = Handles.of(MethodHandles.lookup(), "waitingSinceNanos");
    private static final VarHandle TOTAL = Handles.of(MethodHandles.lookup(), "total");

    private final Wire wire;
    private volatile long waitingSinceNanos;
    private volatile long waitedNanos;
    private volatile long total;
    private volatile boolean ended;
    private boolean timing;
    private byte[] bytes = new byte[SMALLEST];
    private int start;
    private int end;

    public Input(Wire wire) {
        this.wire = wire;
    }

    /** The buffer itself, valid until the next read. */
    byte[] bytes() {
        return bytes;
    }

    /** Where the waiting bytes begin. */
    int start() {
        return start;
    }

    /** Where the waiting bytes end. */
    int end() {
        return end;
    }

    public int available() {
        return end - start;
    }

    void skip(int count) {
        start += count;
    }

    /** Waits for more bytes behind those that are here. False when the peer has ended its side. */
    public boolean fill() throws IOException {
        makeRoom();
        return came(waiting(bytes, end, bytes.length - end)) >= 0;
    }

    private int came(int read) {
        end += Math.max(0, read);
        return read;
    }

    private void makeRoom() {
        if (start == end) {
            start = 0;
            end = 0;
        }
        if (end == bytes.length) {
            if (start > 0) {
                System.arraycopy(bytes, start, bytes, 0, end - start);
                end -= start;
                start = 0;
            } else {
                bytes = Arrays.copyOf(bytes, bytes.length * 2);
            }
        }
    }

    /**
     * On an event loop: takes what is there, as long as the buffer has no more than so many bytes then.
     *
     * @return -1 when the peer has ended its side, perhaps behind something that it sent
     * @throws IOException there is nothing any more; what was taken before it failed stays
     */
    public int take(int most) throws IOException {
        int before = available();
        int read = 0;
        while (available() < most) {
            try {
                makeRoom();
                read = came(counted(wire.read(bytes, end, bytes.length - end)));
            } catch (IOException e) {
                if (available() == before) {
                    throw e;
                }
                break; // the next read finds it
            }
            if (read <= 0 || end < bytes.length) {
                break; // that was all, for now
            }
        }
        return read;
    }

    /** What is in the buffer, otherwise straight from the wire; -1 when the peer has ended its side. */
    public int read(byte[] to, int offset, int length) throws IOException {
        if (start == end) {
            return waiting(to, offset, length);
        }
        int now = Math.min(length, end - start);
        System.arraycopy(bytes, start, to, offset, now);
        start += now;
        return now;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread reads at a time
    private int waiting(byte[] to, int offset, int length) throws IOException {
        long since = System.nanoTime() | 1; // 0 means that nobody waits
        WAITING_SINCE.setRelease(this, since);
        try {
            return counted(wire.read(to, offset, length));
        } finally {
            WAITING_SINCE.setRelease(this, 0L);
            if (timing) {
                waitedNanos += System.nanoTime() - since;
            }
        }
    }

    private int counted(int read) {
        if (read > 0) {
            TOTAL.setRelease(this, total + read);
        } else if (read < 0) {
            ended = true;
        }
        return read;
    }

    /** Whether there may be something to let go of; any thread may ask. */
    public boolean grown() {
        return bytes.length > KEPT;
    }

    /** Between two messages: lets go of a buffer that one large head made grow. */
    public void rest() {
        if (start == end && grown()) {
            bytes = new byte[SMALLEST];
            start = 0;
            end = 0;
        }
    }

    /** {@link System#nanoTime()} when the read began that waits now; 0 when none does. Any thread may ask. */
    public long waitingSinceNanos() {
        return waitingSinceNanos;
    }

    /** From now on the time is counted that reads wait. */
    public void timeReads(boolean on) {
        timing = on;
        waitedNanos = 0;
    }

    /** How long reads have waited since {@link #timeReads}, without the one that waits now. Any thread may ask. */
    public long waitedNanos() {
        return waitedNanos;
    }

    /** Whether the peer has ended its side. Any thread may ask. */
    public boolean ended() {
        return ended;
    }

    /** How many bytes ever came. Any thread may ask. */
    public long total() {
        return total;
    }
}
