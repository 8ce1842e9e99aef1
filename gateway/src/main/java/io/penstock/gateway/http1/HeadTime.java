// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.http1.message.Input;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How long the request head takes that is being read. A head is either read or refused for being late, never both: this decides between
 * the thread that reads it and upkeep.
 */
final class HeadTime {
    /** Upkeep has it. The times are odd. */
    private static final long LATE = 2;

    private final Input in;
    private final AtomicLong since = new AtomicLong();
    private volatile boolean refused;
    private volatile Thread reader = Thread.currentThread();
    private long began;
    private long bytesBefore;

    HeadTime(Input in) {
        this.in = in;
    }

    /** The calling thread begins to read a head. */
    void begin() {
        reader = Thread.currentThread();
        bytesBefore = in.total();
        began = System.nanoTime() | 1;
        since.set(began);
    }

    /** The head is here, or something that is none; false when it is being refused already. */
    boolean end() {
        if (in.total() == bytesBefore && !in.ended()) {
            since.set(0); // nothing was waited for, so that nobody can have found it late
            return true;
        }
        return since.compareAndSet(began, 0);
    }

    /** Since when a head is being read; 0 when none is, or upkeep has it. Any thread may ask. */
    long sinceNanos() {
        long now = since.get();
        return now == LATE ? 0 : now;
    }

    /** Takes the head of this time from its reader, which is waiting for more of it; false when it cannot be had. */
    boolean take(long of) {
        return in.waitingSinceNanos() != 0 && since.compareAndSet(of, LATE);
    }

    /** The head that was taken has been refused: its reader may go on. */
    void refused() {
        refused = true;
        LockSupport.unpark(reader);
    }

    /** Blocks until the head that was taken has been refused. */
    void awaitRefused() {
        while (!refused) {
            LockSupport.park(this);
        }
    }
}
