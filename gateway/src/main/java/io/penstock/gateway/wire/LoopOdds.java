// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

/**
 * Whether the next exchange is likely to need no thread: not for a while after one that did, and longer each time. Counts exchanges, so
 * that it needs no clock; a count that two threads lose changes nothing but the time of the next try.
 */
public final class LoopOdds {
    private static final int LONGEST = 255;

    private volatile int pause;
    private volatile int left;

    /** Whether to try with this exchange. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public boolean good() {
        if (left > 0) {
            left--;
            return false;
        }
        return true;
    }

    /** It needed no thread. */
    public void won() {
        if (pause != 0) {
            pause = 0;
        }
    }

    /** It needed a thread after all. */
    public void lost() {
        pause = Math.min(LONGEST, 2 * pause + 1);
        left = pause;
    }
}
