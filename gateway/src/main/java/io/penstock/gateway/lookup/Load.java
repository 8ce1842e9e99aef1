// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One question to the store that is under way, and everyone who waits for its answer. Shared between threads. */
final class Load {
    private final long generation;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean outdated;
    private volatile @Nullable Entry entry;
    private volatile @Nullable GatewayException failure;

    Load(long generation) {
        this.generation = generation;
    }

    long generation() {
        return generation;
    }

    /** Marks the answer as one from before a change: who asks from now on must not wait for it. */
    void outdate() {
        outdated = true;
    }

    boolean current(long nowGeneration) {
        return !outdated && generation == nowGeneration;
    }

    void answer(Entry found) {
        entry = found;
        done.countDown();
    }

    void fail(GatewayException why) {
        failure = why;
        done.countDown();
    }

    /**
     * Blocks until the store answered.
     *
     * @throws GatewayException STORE_UNAVAILABLE when it did not, or failed
     */
    Entry await(Duration timeout) {
        try {
            if (!done.await(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new GatewayException(Cause.STORE_UNAVAILABLE, "no answer within " + timeout.toMillis() + " ms");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatewayException(Cause.STORE_UNAVAILABLE, "interrupted while waiting for the store", e);
        }
        Entry found = entry;
        if (found != null) {
            return found;
        }
        GatewayException why = failure;
        throw why != null ? why : new GatewayException(Cause.INTERNAL, "a load ended without an answer");
    }
}
