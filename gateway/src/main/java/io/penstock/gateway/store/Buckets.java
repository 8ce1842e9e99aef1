// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Buckets in this process, by key: of each one long, the time at which it is full again (GCRA), in a table of bounded size.
 *
 * <p>When the table is full, those go that were used least; who comes back then finds a full bucket. About 125 bytes a key, without the
 * key's own. Never blocks; safe for use by any thread.
 */
public final class Buckets {
    private final Cache<String, AtomicLong> fullAt;
    private final LongAdder evicted = new LongAdder();
    private final LongSupplier clock;
    private final long begin;
    private final int capacity;

    /** As many as this, in the time that never jumps. */
    public Buckets(int capacity) {
        this(capacity, System::nanoTime);
    }

    Buckets(int capacity, LongSupplier nanos) {
        this.capacity = capacity;
        this.clock = nanos;
        this.begin = nanos.getAsLong();
        this.fullAt = Caffeine.newBuilder()
                .maximumSize(capacity)
                .evictionListener((key, full, cause) -> {
                    if (cause == RemovalCause.SIZE) {
                        evicted.increment();
                    }
                })
                .executor(Runnable::run)
                .build();
    }

    /** As {@link Decisions#take}, at once. */
    public Taken take(String key, Bucket bucket, int least, int most) {
        AtomicLong full = fullAt.get(key, absent -> new AtomicLong());
        while (true) {
            long now = now();
            long before = full.get();
            long debt = Math.max(0, before - now);
            int tokens = bucket.affords(bucket.nanos(bucket.burst()) - debt, least, most);
            if (tokens == 0) {
                return bucket.takenNanos(0, least, debt);
            }
            long after = debt + bucket.nanos(tokens);
            if (full.compareAndSet(before, now + after)) {
                return bucket.takenNanos(tokens, least, after);
            }
        }
    }

    /** As {@link Decisions#giveBack}. */
    public void giveBack(String key, Bucket bucket, int tokens) {
        AtomicLong full = fullAt.getIfPresent(key);
        if (full != null) {
            full.addAndGet(-bucket.nanos(tokens));
        }
    }

    /** What {@link #take} would say, without taking any. */
    public Taken look(String key, Bucket bucket, int least) {
        AtomicLong full = fullAt.policy().getIfPresentQuietly(key);
        long debt = full == null ? 0 : Math.max(0, full.get() - now());
        return bucket.takenNanos(bucket.affords(bucket.nanos(bucket.burst()) - debt, least, least), least, debt);
    }

    private long now() {
        return clock.getAsLong() - begin;
    }

    public long used() {
        return fullAt.estimatedSize();
    }

    public long capacity() {
        return capacity;
    }

    public long evicted() {
        return evicted.sum();
    }
}
