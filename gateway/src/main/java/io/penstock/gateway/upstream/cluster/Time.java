// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What the policies of a cluster know of time and chance.
 *
 * @param nanos like {@link System#nanoTime()}
 * @param wall what the circuit breaker and {@code retry-after} go by
 * @param random used by many threads at a time
 * @param sleep blocks the calling thread
 * @param timer runs short steps later
 */
public record Time(LongSupplier nanos, InstantSource wall, RandomGenerator random, Sleep sleep, Timer timer) {

    /** Blocks the calling thread. */
    @FunctionalInterface
    public interface Sleep {
        void nanos(long nanos) throws InterruptedException;
    }

    /** Runs steps that do not block. */
    @FunctionalInterface
    public interface Timer {
        /**
         * Runs the step after this time.
         *
         * @return takes the step back, if it has not begun
         */
        Runnable after(long nanos, Runnable step);
    }

    /** The clock and the chance of this machine. */
    public static Time ofSystem(Timer timer) {
        return new Time(
                System::nanoTime,
                InstantSource.system(),
                () -> ThreadLocalRandom.current().nextLong(),
                TimeUnit.NANOSECONDS::sleep,
                timer);
    }

    long now() {
        return nanos.getAsLong();
    }
}
