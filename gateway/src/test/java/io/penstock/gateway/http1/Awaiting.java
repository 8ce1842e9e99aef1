// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a state that no latch tells of. */
final class Awaiting {
    private Awaiting() {}

    static void until(BooleanSupplier met) {
        long deadline = System.nanoTime() + 5_000_000_000L;
        while (!met.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within 5 s");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
