// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.guard;

import io.penstock.gateway.config.cluster.RetryConfig;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many retries may be under way at a time: a part of the active exchanges of the cluster, and a few. A retry counts from the decision,
 * its pause included, to the end of its attempt. Safe for any thread.
 */
public final class RetryBudget {
    private final int percent;
    private final int minimum;
    private final AtomicInteger retrying = new AtomicInteger();
    private final LongAdder allowed = new LongAdder();
    private final LongAdder refused = new LongAdder();

    public RetryBudget(RetryConfig config) {
        this.percent = config.budgetPercent();
        this.minimum = config.budgetMinimum();
    }

    /** Takes one retry out of the budget, if it has one. Given back by {@link #give}. */
    public boolean take(int active) {
        int most = (int) Math.min(Integer.MAX_VALUE, minimum + (long) active * percent / 100);
        while (true) {
            int now = retrying.get();
            if (now >= most) {
                refused.increment();
                return false;
            }
            if (retrying.compareAndSet(now, now + 1)) {
                allowed.increment();
                return true;
            }
        }
    }

    public void give() {
        retrying.decrementAndGet();
    }

    /** Retries under way. */
    public int retrying() {
        return retrying.get();
    }

    /** How many retries there were. */
    public long allowed() {
        return allowed.sum();
    }

    /** How many there would have been with a larger budget. */
    public long refused() {
        return refused.sum();
    }
}
