// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream;

/**
 * What was learned of the age at which an endpoint closes idle connections.
 *
 * <p>The youngest age seen counts, less a margin: an older connection is not used. An endpoint that closes below {@link
 * #ERRATIC_NANOS} again and again leaves nothing to stay below: there, only requests that may be repeated get a connection that was used
 * before. A single early end, as of a process that stops, does not make an endpoint erratic. Everything is forgotten when it was
 * not seen again for five minutes, since a limit that we stay below cannot be seen. Thread-safe: its monitor guards it.
 */
final class IdleAge {
    static final long ERRATIC_NANOS = 1_000_000_000;
    private static final long FORGET_NANOS = 300_000_000_000L;
    /** Ends that are nearer to each other than this have one reason. */
    private static final long ONE_EVENT_NANOS = 100_000_000;

    private static final long LEAST_MARGIN_NANOS = 250_000_000;
    private static final int ERRATIC_EVENTS = 2;

    private long youngest = Long.MAX_VALUE;
    private long youngestSeenNanos;
    private int earlyEvents;
    private long earlySeenNanos;

    /**
     * An idle connection was found closed.
     *
     * @param ageNanos at which it was last known to be open, since its last use
     */
    synchronized void closed(long ageNanos, long now) {
        forget(now);
        if (ageNanos < ERRATIC_NANOS) {
            if (earlyEvents == 0 || now - earlySeenNanos > ONE_EVENT_NANOS) {
                earlyEvents++;
                earlySeenNanos = now;
            }
        } else {
            youngest = Math.min(youngest, ageNanos);
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
    synchronized boolean erratic(long now) {
        forget(now);
        return earlyEvents >= ERRATIC_EVENTS;
    }

    /** An idle connection older than this is not used again. */
    synchronized long limitNanos(long now) {
        forget(now);
        return youngest == Long.MAX_VALUE ? Long.MAX_VALUE : youngest - Math.max(LEAST_MARGIN_NANOS, youngest / 8);
    }
}
