// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The exchanges that wait for room on a connection, bounded in number and time. Guarded by the lock of its pool, but for the count. */
final class WaitingLine {

    /** One of them. A thread may block in {@link #await} until it is told. */
    static final class Waiting {
        final Exchange exchange;
        /** It wants a connection that nobody has used before. */
        final boolean fresh;
        /** A thread waits for it; otherwise the exchange is placed by whoever finds room. */
        final boolean blocked;

        final long sinceNanos = System.nanoTime();
        private final Thread thread = Thread.currentThread();
        private final AtomicReference<@Nullable Object> result = new AtomicReference<>();

        Waiting(Exchange exchange, boolean blocked, boolean fresh) {
            this.exchange = exchange;
            this.blocked = blocked;
            this.fresh = fresh;
        }

        /** Whether the exchange still wants it. */
        boolean current() {
            return !exchange.ended() && exchange.cause() == null;
        }

        /** Tells the thread; false when it has been told something else. */
        boolean finish(Object outcome) {
            boolean first = result.compareAndSet(null, outcome);
            if (first) {
                LockSupport.unpark(thread);
            }
            return first;
        }

        /** Tells the thread that the exchange is over. */
        void giveUp() {
            Cause cause = exchange.cause();
            finish(new GatewayException(cause == null ? Cause.DOWNSTREAM_GONE : cause, exchange.detail()));
        }

        /**
         * Blocks until it was told.
         *
         * @throws GatewayException when that is what it was told
         */
        Object await() {
            boolean interrupted = false;
            Object outcome = result.get();
            while (outcome == null) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
                outcome = result.get();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (outcome instanceof GatewayException failure) {
                throw failure;
            }
            return outcome;
        }
    }

    private final ArrayDeque<Waiting> line = new ArrayDeque<>();
    private final int most;
    private final long timeoutNanos;
    private volatile int size;

    WaitingLine(UpstreamConfig config) {
        this.most = config.maxQueue();
        this.timeoutNanos = config.queueTimeout().toNanos();
    }

    /** How many wait; may be read without the lock. */
    int size() {
        return size;
    }

    /** Puts it at the end; false when the line is full. */
    boolean add(Waiting waiting) {
        if (line.size() >= most) {
            return false;
        }
        putBack(waiting, true);
        return true;
    }

    /** Puts one that was taken back, however long the line is. */
    void putBack(Waiting waiting, boolean last) {
        if (last) {
            line.addLast(waiting);
        } else {
            line.addFirst(waiting);
        }
        size = line.size();
    }

    @Nullable
    Waiting take() {
        Waiting next = line.poll();
        size = line.size();
        return next;
    }

    /** Takes the first for which it is true, or none. */
    @Nullable
    Waiting takeFirst(Predicate<Waiting> condition) {
        for (Iterator<Waiting> each = line.iterator(); each.hasNext(); ) {
            Waiting waiting = each.next();
            if (condition.test(waiting)) {
                each.remove();
                size = line.size();
                return waiting;
            }
        }
        return null;
    }

    /** The one at this place, or null. */
    @Nullable
    Waiting at(int place) {
        Iterator<Waiting> each = line.iterator();
        for (int i = 0; i < place && each.hasNext(); i++) {
            each.next();
        }
        return each.hasNext() ? each.next() : null;
    }

    private List<Waiting> takeIf(Predicate<Waiting> condition) {
        List<Waiting> taken = new ArrayList<>();
        line.removeIf(waiting -> {
            boolean take = condition.test(waiting);
            if (take) {
                taken.add(waiting);
            }
            return take;
        });
        size = line.size();
        return taken;
    }

    List<Waiting> takeAll() {
        List<Waiting> all = List.copyOf(line);
        line.clear();
        size = 0;
        return all;
    }

    /** Takes those whose time is up, and those whose exchange wants nothing any more; the latter are told. */
    List<Waiting> takeLate(long now) {
        List<Waiting> gone = takeIf(waiting -> !waiting.current() || now - waiting.sinceNanos > timeoutNanos);
        gone.removeIf(waiting -> {
            boolean over = !waiting.current();
            if (over) {
                waiting.giveUp();
            }
            return over;
        });
        return gone;
    }

    /** Whether the first has waited for longer than this. */
    boolean waitedFor(long nanos, long now) {
        Waiting eldest = line.peek();
        return eldest != null && now - eldest.sinceNanos > nanos;
    }
}
