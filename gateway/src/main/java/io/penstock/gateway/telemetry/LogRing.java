// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import io.penstock.gateway.exchange.Exchange;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges that wait for the access log's writer: many threads put, one takes, nobody waits.
 *
 * <p>Lock-free for the putting side, which claims a place by one compare-and-set and then fills it. The taking side sees a claimed
 * place that is not filled yet as the end. The three counters lie on cache lines of their own.
 */
final class LogRing {
    private static final int HEAD = 8;
    private static final int TAIL = 24;
    /** A tail that is surely free, so that a putting thread rarely reads the head, which the taker keeps writing. */
    private static final int LIMIT = 40;

    private final AtomicLongArray counters = new AtomicLongArray(56);
    private final AtomicReferenceArray<@Nullable Exchange> places;
    private final int capacity;
    private final int mask;

    LogRing(int capacity) {
        int size = Integer.highestOneBit(Math.max(1, capacity - 1)) << 1;
        this.capacity = capacity;
        this.mask = size - 1;
        this.places = new AtomicReferenceArray<>(size);
        counters.set(LIMIT, capacity);
    }

    /** Returns the number of the exchange, from 0, or -1 when the ring is full. */
    long put(Exchange exchange) {
        long limit = counters.get(LIMIT);
        long tail;
        do {
            tail = counters.get(TAIL);
            if (tail >= limit) {
                limit = counters.get(HEAD) + capacity;
                if (tail >= limit) {
                    return -1;
                }
                counters.lazySet(LIMIT, limit);
            }
        } while (!counters.compareAndSet(TAIL, tail, tail + 1));
        places.setRelease((int) tail & mask, exchange);
        return tail;
    }

    /** The oldest exchange, or null when there is none. For the one taking thread only. */
    @Nullable
    Exchange take() {
        long head = counters.getPlain(HEAD);
        int place = (int) head & mask;
        Exchange exchange = places.getAcquire(place);
        if (exchange != null) {
            places.setPlain(place, null);
            counters.setRelease(HEAD, head + 1);
        }
        return exchange;
    }

    int capacity() {
        return capacity;
    }

    int waiting() {
        return (int) Math.max(0, counters.get(TAIL) - counters.get(HEAD));
    }
}
