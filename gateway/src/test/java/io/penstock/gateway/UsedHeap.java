// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

/** What is really kept in the heap. */
final class UsedHeap {
    /** Serial leaves dead wood at the bottom of the old generation in all but every fourth full collection. */
    private static final int COLLECTIONS = 4;

    private UsedHeap() {}

    /** Bytes that are left after full collections. */
    static long bytes() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
