// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends exchanges whose time is up, on one thread for all. Bounded by the number of exchanges in flight: an entry leaves with its
 * exchange. Thread-safe.
 */
public final class Deadlines implements AutoCloseable {
    private final ScheduledThreadPoolExecutor timer;
    /** While the queue is empty, each new entry would wake the thread, only to wait for a later one. */
    private final ScheduledFuture<?> tick;

    public Deadlines() {
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("deadlines").factory());
        timer.setRemoveOnCancelPolicy(true);
        tick = timer.scheduleAtFixedRate(() -> {}, 1, 1, TimeUnit.SECONDS);
    }

    /** Refuses the exchange with DEADLINE after this time unless it has ended, or has become {@link Exchange#openEnded}, by then. */
    public void end(Exchange exchange, long nanos) {
        long at = System.nanoTime() + nanos;
        if (exchange.deadlined() && exchange.deadlineNanos() - at <= 0) {
            return;
        }
        exchange.deadlineNanos(at);
        ScheduledFuture<?> entry = timer.schedule(
                () -> {
                    if (!exchange.openEnded()) {
                        exchange.downstream().refuse(new GatewayException(Cause.DEADLINE, "the deadline has passed"));
                    }
                },
                nanos,
                TimeUnit.NANOSECONDS);
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
