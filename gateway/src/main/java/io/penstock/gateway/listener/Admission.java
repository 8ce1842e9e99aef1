// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The connections of a listener that are open, within its bound; one too many is refused, counted and logged. Thread-safe. */
final class Admission {
    private static final System.Logger LOG = System.getLogger(Listener.class.getName());
    /** At most one line a second: a flood of newcomers must not become a flood of lines. */
    private static final long REFUSAL_LOG_NANOS = 1_000_000_000L;

    private final ListenerCounts counts;
    private final Set<Accepted> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile long lastRefusalLogNanos = System.nanoTime() - REFUSAL_LOG_NANOS;

    Admission(ListenerCounts counts) {
        this.counts = counts;
    }

    Iterable<Accepted> open() {
        return open;
    }

    /** Takes a connection in; false when it is one too many, or all are being closed. */
    boolean admit(Accepted accepted, Peer peer, Terms terms) {
        if (counts.open.incrementAndGet() > terms.maxConnections() || closed) {
            counts.open.decrementAndGet();
            refuse(peer, terms);
            return false;
        }
        counts.accepted.increment();
        open.add(accepted);
        return true;
    }

    private void refuse(Peer peer, Terms terms) {
        counts.refused.increment();
        long now = System.nanoTime();
        if (!closed && now - lastRefusalLogNanos > REFUSAL_LOG_NANOS) {
            lastRefusalLogNanos = now;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "listener {0}: refused {1}: {2} connections are open, {3} ({4} refused so far)",
                    terms.config().name(),
                    peer,
                    terms.maxConnections(),
                    terms.bound(),
                    counts.refused.sum());
        }
    }

    void ended(Accepted accepted, DownstreamEnding how) {
        open.remove(accepted);
        counts.open.decrementAndGet();
        counts.ended(how);
    }

    /** Exchanges in flight on all of them. */
    int openStreams() {
        int streams = 0;
        for (Accepted connection : open) {
            streams += connection.openStreams();
        }
        return streams;
    }

    /** Closes every connection at once, and every newcomer. */
    void abort() {
        closed = true;
        open.forEach(Accepted::abort);
    }
}
