// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

/** Calls what has to look at the clock, ten times a second, on one thread. A step that throws is logged, and the next tick comes. */
final class Upkeep implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Upkeep.class.getName());
    private static final long TICK_NANOS = 100_000_000;

    private final LongConsumer step;
    private final Thread thread;
    private volatile boolean stopped;

    /**
     * Prepares the thread.
     *
     * @param step gets {@link System#nanoTime()}
     */
    Upkeep(LongConsumer step) {
        this.step = step;
        this.thread = Thread.ofPlatform().daemon().name("upkeep").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!stopped) {
            LockSupport.parkNanos(this, TICK_NANOS);
            try {
                step.accept(System.nanoTime());
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "upkeep failed", e);
            }
        }
    }

    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(thread);
    }
}
