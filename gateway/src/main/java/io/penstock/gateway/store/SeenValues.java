// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Values that were seen in this process, each for a while. It never forgets one before its time to make room: when it is full, it says so.
 * Never blocks; safe for use by any thread.
 *
 * @param <T> with an equality of its own; each takes about 110 bytes beside its own
 */
public final class SeenValues<T> {
    private final int capacity;
    /** How long each is remembered. */
    private final Cache<T, Duration> seen;

    /** What came of asking. */
    public enum Seen {
        FIRST,
        AGAIN,
        /** Nobody knows: there is no room to remember it. */
        FULL
    }

    /** As many as this, in the time that never jumps. */
    public SeenValues(int capacity) {
        this(capacity, System::nanoTime);
    }

    SeenValues(int capacity, LongSupplier nanos) {
        // without a bound of its own: what it would evict could be seen twice
        this(
                capacity,
                Caffeine.newBuilder()
                        .expireAfter(Expiry.<T, Duration>creating((value, within) -> within))
                        .ticker(nanos::getAsLong)
                        .executor(Runnable::run)
                        .build());
    }

    private SeenValues(int capacity, Cache<T, Duration> seen) {
        this.capacity = capacity;
        this.seen = seen;
    }

    /** The same values, those to come too, with another capacity. */
    public SeenValues<T> withCapacity(int other) {
        return new SeenValues<>(other, seen);
    }

    /** Whether somebody asks for the value for the first time within so long a time; from then on it is not. */
    public Seen once(T value, Duration within) {
        if (seen.estimatedSize() >= capacity) {
            seen.cleanUp();
            if (seen.estimatedSize() >= capacity) {
                return Seen.FULL;
            }
        }
        return seen.asMap().putIfAbsent(value, within) == null ? Seen.FIRST : Seen.AGAIN;
    }

    /** Whether {@link #once} would say that it was seen; changes nothing. */
    public boolean has(T value) {
        return seen.policy().getIfPresentQuietly(value) != null;
    }

    public long used() {
        return seen.estimatedSize();
    }

    public int capacity() {
        return capacity;
    }
}
