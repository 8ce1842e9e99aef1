// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.time;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
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
    /** Of the list of those that are far, so that threads seldom meet; a power of two. */
    private static final int STRIPES = 16;

    private final ScheduledThreadPoolExecutor timer;
    private final ScheduledFuture<?> tick;
    private final long farNanos;
    private final Stripe[] stripes = new Stripe[STRIPES];

    public Deadlines() {
        this(FAR_NANOS);
    }

    Deadlines(long farNanos) {
        this.farNanos = farNanos;
        Arrays.setAll(stripes, place -> new Stripe());
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("deadlines").factory());
        timer.setRemoveOnCancelPolicy(true);
        // also: while the queue is empty, each new entry would wake the thread, only to wait for a later one
        tick = timer.scheduleAtFixedRate(this::endFar, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** A part of the list. */
    private static final class Stripe {
        final ReentrantLock lock = new ReentrantLock();

        @Nullable
        Far first;
    }

    /** One exchange whose time is far; leaves the list when the exchange ends. The links are guarded by the stripe's lock. */
    private static final class Far implements Runnable {
        final Stripe in;
        final Exchange exchange;
        final long atNanos;

        @Nullable
        Far before;

        @Nullable
        Far after;

        Far(Stripe in, Exchange exchange, long atNanos) {
            this.in = in;
            this.exchange = exchange;
            this.atNanos = atNanos;
        }

        void enter() {
            in.lock.lock();
            try {
                after = in.first;
                if (after != null) {
                    after.before = this;
                }
                in.first = this;
            } finally {
                in.lock.unlock();
            }
            exchange.onEnd(this); // at once when it has ended meanwhile
        }

        @Override
        public void run() {
            in.lock.lock();
            try {
                if (before != null) {
                    before.after = after;
                } else {
                    in.first = after;
                }
                if (after != null) {
                    after.before = before;
                }
            } finally {
                in.lock.unlock();
            }
        }
    }

    /** How many exchanges are in the list. */
    int far() {
        int[] count = {0};
        eachFar(far -> count[0]++);
        return count[0];
    }

    private void endFar() {
        long now = System.nanoTime();
        List<Exchange> over = new ArrayList<>();
        eachFar(far -> {
            if (far.atNanos - now <= 0) {
                over.add(far.exchange);
            }
        });
        over.forEach(Deadlines::refuse);
    }

    private void eachFar(Consumer<Far> what) {
        for (Stripe stripe : stripes) {
            stripe.lock.lock();
            try {
                for (Far each = stripe.first; each != null; each = each.after) {
                    what.accept(each);
                }
            } finally {
                stripe.lock.unlock();
            }
        }
    }

    private static void refuse(Exchange exchange) {
        if (!exchange.openEnded()) {
            exchange.downstream().refuse(new GatewayException(Cause.DEADLINE, "the deadline has passed"));
        }
    }

    /** Refuses the exchange with DEADLINE this long after it began unless it has ended, or has become {@link Exchange#openEnded}, by then. */
    public void end(Exchange exchange, long nanos) {
        long at = exchange.startedNanos() + nanos;
        if (exchange.deadlined() && exchange.deadlineNanos() - at <= 0) {
            return;
        }
        exchange.deadlineNanos(at);
        if (nanos >= farNanos) {
            Stripe mine = stripes[(int) Thread.currentThread().threadId() & (STRIPES - 1)];
            new Far(mine, exchange, at).enter();
            return;
        }
        ScheduledFuture<?> entry = timer.schedule(() -> refuse(exchange), at - System.nanoTime(), TimeUnit.NANOSECONDS);
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
