// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

/**
 * What was learned of the age at which an endpoint closes idle connections.
 *
 * <p>The youngest age seen counts, less a margin: an older connection is not used. An endpoint that closes below {@link
 * #ERRATIC_NANOS} again and again leaves nothing to stay below: there, only requests that may be repeated get a connection that was used
 * before. A single early end, as of a process that stops, does not make an endpoint erratic. Everything is forgotten when it was
 * not seen again for five minutes, since a limit that we stay below cannot be seen.
 *
 * <p>A request that may not be repeated is lost when its connection's end crosses it on the way, so it is not the one to find out. It gets
 * a connection that was used before only below an age that another one was seen to outlive, and only once connections were seen open
 * and idle for {@link #PROOF_NANOS}, all together and each below {@link #ERRATIC_NANOS}, since the last early end. It has a new one
 * otherwise, which then is idle and brings the proof nearer.
 *
 * <p>What is left: an endpoint that keeps its connections for as long as that proof takes, and then closes one early or earlier than
 * before, at the very moment at which such a request is on its way. Nobody can know of it before, short of a new connection for each
 * such request; the request fails, and the next ones have new connections. An endpoint that closes at random ages of 0 to 2 s is taken for
 * such a one in fewer than one of a hundred cases, until it closes another one early.
 *
 * <p>Thread-safe: its monitor guards it.
 */
final class IdleAge {
    static final long ERRATIC_NANOS = 1_000_000_000;
    /** How long connections must have been idle without an early end before an endpoint is trusted. */
    static final long PROOF_NANOS = 10_000_000_000L;
    /** The limit for who gets no connection that was used before. */
    static final long NONE = -1;

    private static final long FORGET_NANOS = 300_000_000_000L;
    /** Ends that are nearer to each other than this have one reason. */
    private static final long ONE_EVENT_NANOS = 100_000_000;

    private static final long LEAST_MARGIN_NANOS = 250_000_000;
    private static final int ERRATIC_EVENTS = 2;
    /** What seeing a connection open proves at least: where none is ever idle for long, their number has to do. */
    private static final long LEAST_PROOF_NANOS = 1_000_000;

    private volatile long youngest = Long.MAX_VALUE;
    private long youngestSeenNanos;
    private volatile int earlyEvents;
    private long earlySeenNanos;
    private long lastEarlyNanos;
    private long proofNanos;
    private volatile boolean proven;
    private volatile long outlivedNanos;

    /**
     * An idle connection was seen open.
     *
     * @param fromNanos the idle age at which it was seen open before
     * @param ageNanos its idle age now
     */
    void open(long fromNanos, long ageNanos, long now) {
        if (!proven || ageNanos > outlivedNanos) {
            learnOpen(fromNanos, ageNanos, now);
        }
    }

    private synchronized void learnOpen(long fromNanos, long ageNanos, long now) {
        outlivedNanos = Math.max(outlivedNanos, ageNanos);
        if (!proven) {
            long early = Math.min(ageNanos, ERRATIC_NANOS) - Math.min(fromNanos, ERRATIC_NANOS);
            if (earlyEvents > 0) {
                early = Math.min(early, now - lastEarlyNanos);
            }
            proofNanos += Math.max(early, LEAST_PROOF_NANOS);
            proven = proofNanos >= PROOF_NANOS;
        }
    }

    /**
     * An idle connection was found closed.
     *
     * @param ageNanos at which it was last known to be open, since its last use
     */
    synchronized void closed(long ageNanos, long now) {
        forget(now);
        if (ageNanos < ERRATIC_NANOS) {
            proofNanos = 0;
            proven = false;
            lastEarlyNanos = now;
            if (earlyEvents == 0 || now - earlySeenNanos > ONE_EVENT_NANOS) {
                earlyEvents++;
                earlySeenNanos = now;
            }
        } else {
            youngest = Math.min(youngest, ageNanos);
            outlivedNanos = Math.min(outlivedNanos, ageNanos);
            youngestSeenNanos = now;
        }
    }

    private void forget(long now) {
        if (youngest != Long.MAX_VALUE && now - youngestSeenNanos > FORGET_NANOS) {
            youngest = Long.MAX_VALUE;
        }
        if (earlyEvents > 0 && now - earlySeenNanos > FORGET_NANOS) {
            earlyEvents = 0;
        }
    }

    /** Whether the endpoint closes so early, or at such different ages, that no reuse is safe. */
    boolean erratic(long now) {
        return earlyEvents >= ERRATIC_EVENTS && stillErratic(now);
    }

    private synchronized boolean stillErratic(long now) {
        forget(now);
        return earlyEvents >= ERRATIC_EVENTS;
    }

    /**
     * An idle connection older than this is not used again.
     *
     * @param repeatable whether the request is made again when the connection turns out to be closed
     * @return {@link #NONE} when no age is safe
     */
    long limitNanos(boolean repeatable, long now) {
        if (repeatable && youngest == Long.MAX_VALUE) {
            return Long.MAX_VALUE; // as nearly always: whatever may be forgotten would not change it
        }
        return learntNanos(repeatable, now);
    }

    private synchronized long learntNanos(boolean repeatable, long now) {
        forget(now);
        long limit =
                youngest == Long.MAX_VALUE ? Long.MAX_VALUE : youngest - Math.max(LEAST_MARGIN_NANOS, youngest / 8);
        if (repeatable) {
            return limit;
        }
        return proven && earlyEvents < ERRATIC_EVENTS ? Math.min(limit, outlivedNanos - outlivedNanos / 8) : NONE;
    }
}
