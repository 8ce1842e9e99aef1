// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.guard;

import io.penstock.gateway.config.cluster.BulkheadConfig;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A bounded number of exchanges at a time, and a bounded number that waits. The number of places may follow the response times: fewer by a
 * tenth for a slow or failed one, one more for a good one while most places are taken.
 *
 * <p>Safe for any thread; an exchange that finds a place takes no lock. The lock guards those that wait.
 */
public final class Bulkhead {
    private final BulkheadConfig config;
    private final long slowNanos;
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder refused = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition freed = lock.newCondition();
    private volatile int places;
    private volatile long shrunkNanos;

    public Bulkhead(BulkheadConfig config, long nowNanos) {
        this.config = config;
        this.slowNanos = config.adaptTo().map(time -> time.toNanos()).orElse(Long.MAX_VALUE);
        this.places = config.maxActive();
        this.shrunkNanos = nowNanos - slowNanos;
    }

    /** Takes a place, unless there is none or others wait for one. */
    public boolean tryEnter() {
        return waiting.get() == 0 && take();
    }

    private boolean take() {
        while (true) {
            int now = active.get();
            if (now >= places) {
                return false;
            }
            if (active.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** Reserves room to wait in; false when there is none. Followed by {@link #await}. */
    public boolean tryWait() {
        while (true) {
            int now = waiting.get();
            if (now >= config.maxWaiting()) {
                refused.increment();
                return false;
            }
            if (waiting.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** Waits for a place, for as long as configured; false when none became free. */
    public boolean await() throws InterruptedException {
        long left = config.waitingTimeout().toNanos();
        lock.lock();
        try {
            while (!take()) {
                if (left <= 0) {
                    refused.increment();
                    return false;
                }
                // a place that is given back between the look above and the wait below is seen a little later
                long part = Math.min(left, TimeUnit.MILLISECONDS.toNanos(10));
                left -= part - Math.max(0, freed.awaitNanos(part));
            }
            return true;
        } finally {
            waiting.decrementAndGet();
            lock.unlock();
        }
    }

    /** Gives the place back. */
    public void leave() {
        active.decrementAndGet();
        if (waiting.get() > 0) {
            lock.lock();
            try {
                freed.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    /** A response head came after this time, or the attempt failed: adapts the number of places. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // two at a time may count as one
    public void measured(long nanos, boolean failed, long nowNanos) {
        if (slowNanos == Long.MAX_VALUE) {
            return;
        }
        int now = places;
        if (failed || nanos > slowNanos) {
            // once for all that were in flight together: each of them was slow for the same reason
            if (nowNanos - shrunkNanos >= slowNanos) {
                shrunkNanos = nowNanos;
                places = Math.max(config.minActive(), Math.min(now - 1, now * 9 / 10));
            }
        } else if (now < config.maxActive() && active.get() * 2 >= now) {
            places = now + 1;
        }
    }

    public int active() {
        return active.get();
    }

    public int waiting() {
        return waiting.get();
    }

    /** How many exchanges there may be now. */
    public int places() {
        return places;
    }

    /** How many exchanges found no place. */
    public long refused() {
        return refused.sum();
    }
}
