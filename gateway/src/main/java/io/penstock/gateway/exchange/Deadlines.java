// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Ends exchanges whose time is up, on one thread for all. Bounded by the number of exchanges in flight: an entry leaves with its
 * exchange. Thread-safe.
 */
public final class Deadlines implements AutoCloseable {
    private final ScheduledThreadPoolExecutor timer;

    public Deadlines() {
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("deadlines").factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Refuses the exchange with DEADLINE after this time unless it has ended by then. */
    public void end(Exchange exchange, long nanos) {
        long at = System.nanoTime() + nanos;
        if (exchange.deadlined() && exchange.deadlineNanos() - at <= 0) {
            return;
        }
        exchange.deadlineNanos(at);
        ScheduledFuture<?> entry = timer.schedule(
                () -> exchange.downstream().refuse(new GatewayException(Cause.DEADLINE, "the deadline has passed")),
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

    /** Runs the action after this time, on a virtual thread of its own. Not run when this is closed before. */
    public void after(Duration delay, Runnable action) {
        ScheduledFuture<?> unused =
                timer.schedule(() -> Thread.startVirtualThread(action), delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
