// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import io.penstock.gateway.wire.Wire;
import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written on one connection, and the virtual thread that writes it.
 *
 * <p>There are two batches: any thread fills one under the connection's lock while the writer writes the other without it.
 */
final class Output {
    /** What may wait that no window bounds, before the reader of a connection that others opened to us takes no more. */
    private static final int MOST_CONTROL_BYTES = 1024 * 1024;

    private final Wire wire;
    private final ReentrantLock lock;
    private final Condition swapped;

    private OutputBatch filling = new OutputBatch();
    private OutputBatch writing = new OutputBatch();
    private boolean closing;
    private boolean dead;
    private @Nullable Thread writer;

    private volatile boolean writerIdle;
    private volatile long writeStartedNanos;
    private volatile boolean finished;

    /**
     * Prepares the output; nothing is written before {@link #start}.
     *
     * @param lock the connection's, which guards every field here that is not volatile
     */
    Output(Wire wire, ReentrantLock lock) {
        this.wire = wire;
        this.lock = lock;
        this.swapped = lock.newCondition();
    }

    // ---- under the lock ----

    /** What frames are put into now. */
    OutputBatch batch() {
        return filling;
    }

    void start(String name) {
        writer = Thread.ofVirtual().name(name).start(this::write);
    }

    /** Whether something that is put into the batch may still be written. */
    boolean open() {
        return !dead && !closing;
    }

    boolean closing() {
        return closing;
    }

    /** Ends our side once what is queued is written; {@link #unpark} has to follow. */
    void close() {
        closing = true;
    }

    /** Gives back what grew, when nothing is queued and nothing is being written. */
    public void rest() {
        if (writerIdle && filling.empty()) {
            filling.rest();
            writing.rest();
        }
    }

    /** Writes no more; {@link #unpark} has to follow. */
    void kill() {
        dead = true;
        swapped.signalAll();
    }

    // ---- without the lock ----

    /** Wakes the writer if it waits for something to write. */
    void wake() {
        if (writerIdle) {
            writerIdle = false;
            LockSupport.unpark(writer);
        }
    }

    /** Wakes the writer, whatever it waits for. */
    void unpark() {
        LockSupport.unpark(writer);
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

    /** When the write that is under way began, or last made progress; 0 when none is. */
    long writeStartedNanos() {
        long started = writeStartedNanos;
        return started == 0 ? 0 : wire.stalledSinceNanos(started);
    }

    // ---- the writer ----

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
}
