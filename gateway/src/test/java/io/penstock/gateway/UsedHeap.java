// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.time.Duration;

/** What is really kept in the heap. */
final class UsedHeap {
    /** Serial leaves dead wood at the bottom of the old generation in all but every fourth full collection. */
    private static final int COLLECTIONS = 4;

    private UsedHeap() {}

    /**
     * Waits until no more than these bytes are kept: threads that have done their work let go of it with their next steps, and a
     * collection may begin before.
     */
    static void awaitAtMost(long most) {
        Await.until("the heap keeps at most " + most + " bytes", Duration.ofSeconds(30), () -> bytes() <= most);
    }

    /** Bytes that are left after full collections. */
    static long bytes() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
