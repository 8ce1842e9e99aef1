// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says of connections that ended by their peer's fault who it was and what it did: at most {@value #MOST} lines a second of each kind, and
 * then how many more there were, so that whoever opens many connections cannot fill the disk. Metrics count them all.
 *
 * <p>Its monitor guards its fields.
 */
final class EndingLog {
    /** Lines of one kind within a second. */
    static final int MOST = 3;

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final System.Logger log;
    private final Map<DownstreamEnding, Second> seconds = new EnumMap<>(DownstreamEnding.class);

    /** What was said of one kind since an instant. */
    private static final class Second {
        final long sinceNanos;
        int lines;
        long leftOut;

        Second(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }

        boolean over(long now) {
            return now - sinceNanos >= SECOND_NANOS;
        }
    }

    EndingLog(System.Logger log) {
        this.log = log;
    }

    /** A connection of this listener has ended, at this {@link System#nanoTime()}. */
    void ended(String listener, Peer peer, DownstreamEnding how, String detail, long now) {
        if (!how.blamed()) {
            line(System.Logger.Level.DEBUG, listener, peer, how, detail);
        } else if (mayTell(listener, how, now)) {
            line(System.Logger.Level.WARNING, listener, peer, how, detail);
        }
    }

    private void line(System.Logger.Level level, String listener, Peer peer, DownstreamEnding how, String detail) {
        log.log(level, "listener {0}: connection of {1} ended: {2}: {3}", listener, peer, how.slug(), detail);
    }

    private synchronized boolean mayTell(String listener, DownstreamEnding how, long now) {
        Second second = seconds.get(how);
        if (second == null || second.over(now)) {
            tellLeftOut(listener, how, second);
            second = new Second(now);
            seconds.put(how, second);
        }
        if (second.lines == MOST) {
            second.leftOut++;
            return false;
        }
        second.lines++;
        return true;
    }

    /** Tells what was left out of seconds that are over; called a few times a second. */
    synchronized void upkeep(String listener, long now) {
        seconds.entrySet().removeIf(kind -> {
            boolean over = kind.getValue().over(now);
            if (over) {
                tellLeftOut(listener, kind.getKey(), kind.getValue());
            }
            return over;
        });
    }

    private void tellLeftOut(String listener, DownstreamEnding how, @Nullable Second second) {
        if (second != null && second.leftOut > 0) {
            log.log(
                    System.Logger.Level.WARNING,
                    "listener {0}: {1} more connections ended so within a second: {2}",
                    listener,
                    second.leftOut,
                    how.slug());
        }
    }
}
