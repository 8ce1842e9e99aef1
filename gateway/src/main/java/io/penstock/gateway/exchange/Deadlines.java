// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Ends exchanges whose time is up, on one thread for all. Bounded by the number of exchanges in flight: an entry leaves with its
 * exchange. Thread-safe.
 *
 * <p>A time of ten seconds or more, which nearly every exchange has and nearly none needs, costs no timer: ten times a second all of those
 * are looked at, and so they end up to a hundredth late.
 */
public final class Deadlines implements AutoCloseable {
    private static final long FAR_NANOS = 10_000_000_000L;
    private static final long TICK_MILLIS = 100;

    private final ScheduledThreadPoolExecutor timer;
    private final ScheduledFuture<?> tick;
    private final long farNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Far first;

    public Deadlines() {
        this(FAR_NANOS);
    }

    Deadlines(long farNanos) {
        this.farNanos = farNanos;
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("deadlines").factory());
        timer.setRemoveOnCancelPolicy(true);
        // also: while the queue is empty, each new entry would wake the thread, only to wait for a later one
        tick = timer.scheduleAtFixedRate(this::endFar, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** One exchange whose time is far; leaves the list when the exchange ends. The links are guarded by the lock. */
    private final class Far implements Runnable {
        final Exchange exchange;
        final long atNanos;

        @Nullable
        Far before;

        @Nullable
        Far after;

        Far(Exchange exchange, long atNanos) {
            this.exchange = exchange;
            this.atNanos = atNanos;
        }

        void enter() {
            lock.lock();
            try {
                after = first;
                if (after != null) {
                    after.before = this;
                }
                first = this;
            } finally {
                lock.unlock();
            }
            exchange.onEnd(this); // at once when it has ended meanwhile
        }

        @Override
        public void run() {
            lock.lock();
            try {
                if (before != null) {
                    before.after = after;
                } else {
                    first = after;
                }
                if (after != null) {
                    after.before = before;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** How many exchanges are in the list. */
    int far() {
        int count = 0;
        lock.lock();
        try {
            for (Far each = first; each != null; each = each.after) {
                count++;
            }
        } finally {
            lock.unlock();
        }
        return count;
    }

    private void endFar() {
        long now = System.nanoTime();
        List<Exchange> over = new ArrayList<>();
        lock.lock();
        try {
            for (Far each = first; each != null; each = each.after) {
                if (each.atNanos - now <= 0) {
                    over.add(each.exchange);
                }
            }
        } finally {
            lock.unlock();
        }
        over.forEach(Deadlines::refuse);
    }

    private static void refuse(Exchange exchange) {
        if (!exchange.openEnded()) {
            exchange.downstream().refuse(new GatewayException(Cause.DEADLINE, "the deadline has passed"));
        }
    }

    /** Refuses the exchange with DEADLINE after this time unless it has ended, or has become {@link Exchange#openEnded}, by then. */
    public void end(Exchange exchange, long nanos) {
        long at = System.nanoTime() + nanos;
        if (exchange.deadlined() && exchange.deadlineNanos() - at <= 0) {
            return;
        }
        exchange.deadlineNanos(at);
        if (nanos >= farNanos) {
            new Far(exchange, at).enter();
            return;
        }
        ScheduledFuture<?> entry = timer.schedule(() -> refuse(exchange), nanos, TimeUnit.NANOSECONDS);
        exchange.onEnd(() -> entry.cancel(false));
    }

    /** Refuses the exchange with DEADLINE after this time, whatever it has become, unless it has ended by then. */
    public void endLife(Exchange exchange, long nanos) {
        ScheduledFuture<?> entry = timer.schedule(
                () -> exchange.downstream().refuse(new GatewayException(Cause.DEADLINE, "max-stream-life has passed")),
                nanos,
                TimeUnit.NANOSECONDS);
        exchange.onEnd(() -> entry.cancel(false));
    }

    /** Refuses the exchange with DEADLINE once no body byte has moved either way for one to two times this time. */
    public void endIdle(Exchange exchange, long nanos) {
        long[] seen = {-1};
        ScheduledFuture<?> entry = timer.scheduleWithFixedDelay(
                () -> {
                    long moved = exchange.requestBytes() + exchange.responseBytes();
                    if (moved == seen[0]) {
                        exchange.downstream()
                                .refuse(new GatewayException(Cause.DEADLINE, "no byte moved for max-idle"));
                    }
                    seen[0] = moved;
                },
                nanos,
                nanos,
                TimeUnit.NANOSECONDS);
        exchange.onEnd(() -> entry.cancel(false));
    }

    /**
     * Runs a step that does not block after this time.
     *
     * @return takes the step back, if it has not begun
     */
    public Runnable after(long nanos, Runnable step) {
        ScheduledFuture<?> entry = timer.schedule(step, nanos, TimeUnit.NANOSECONDS);
        return () -> entry.cancel(false);
    }

    @Override
    public void close() {
        tick.cancel(false);
        timer.shutdownNow();
    }
}
