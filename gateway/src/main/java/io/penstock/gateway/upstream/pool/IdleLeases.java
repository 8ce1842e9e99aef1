// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.wire.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connections of an HTTP/1.1 pool that no exchange has, and what was learned from them of the age at which their endpoint closes such.
 * Guarded by the lock of its pool, but for what is learned.
 */
final class IdleLeases {
    /** That are looked at in one upkeep. */
    private static final int MOST_PROBES = 64;
    /** One is looked at first after this, and then each time that its idle age has grown by a quarter. */
    private static final long FIRST_PROBE_NANOS = 80_000_000;

    final IdleAge age = new IdleAge();
    /** The one that is idle for longest is the first. */
    private final ArrayDeque<Http1Lease> idle = new ArrayDeque<>();

    private final int most;

    IdleLeases(int most) {
        this.most = most;
    }

    int size() {
        return idle.size();
    }

    /** Puts one away that was used just now; returns the one that is idle for longest when it is one too many. */
    @Nullable
    Http1Lease put(Http1Lease lease) {
        idle.addLast(lease);
        return idle.size() > most ? idle.pollFirst() : null;
    }

    /** Puts one back that was only looked at, as the one that is idle for longest. */
    void putBack(Http1Lease lease) {
        idle.addFirst(lease);
    }

    /** Takes the most recently used one that fits and is not idle for longer than the limit. */
    @Nullable
    Http1Lease take(Peer peer, long now, long limit, @Nullable EventLoop loop) {
        for (Iterator<Http1Lease> each = idle.descendingIterator(); each.hasNext(); ) {
            Http1Lease lease = each.next();
            if (now - lease.idleSinceNanos > limit) {
                return null; // those before it are idle for longer; upkeep closes them
            }
            if (lease.serves(peer) && !lease.tooOld(now) && lease.fits(loop)) {
                each.remove();
                return lease;
            }
        }
        return null;
    }

    /** Takes this one; false when somebody else has. */
    boolean take(Http1Lease lease) {
        return idle.remove(lease);
    }

    /** Takes the one that is idle for longest. */
    @Nullable
    Http1Lease takeEldest() {
        return idle.pollFirst();
    }

    List<Http1Lease> takeAll() {
        List<Http1Lease> all = List.copyOf(idle);
        idle.clear();
        return all;
    }

    /** Takes those that should be looked at. */
    List<Http1Lease> takeDue(long now, long limit) {
        List<Http1Lease> due = new ArrayList<>();
        for (Iterator<Http1Lease> each = idle.iterator(); each.hasNext() && due.size() < MOST_PROBES; ) {
            Http1Lease lease = each.next();
            long idleFor = now - lease.idleSinceNanos;
            long known = lease.seenOpenNanos - lease.idleSinceNanos;
            boolean over = idleFor > limit || lease.tooOld(now); // the endpoint must not be the first to close it
            if (over || (idleFor > FIRST_PROBE_NANOS && idleFor - known > known / 4)) {
                each.remove();
                due.add(lease);
            }
        }
        return due;
    }

    /** Asks the socket of one that was taken whether its peer has not closed it, and learns from the answer. */
    boolean quiet(Http1Lease lease, long now) {
        boolean quiet = lease.quiet();
        if (quiet) {
            seenOpen(lease, now);
        } else {
            foundClosed(lease, now);
        }
        return quiet;
    }

    /** One was looked at, and is open. */
    void seenOpen(Http1Lease lease, long now) {
        age.open(lease.seenOpenNanos - lease.idleSinceNanos, now - lease.idleSinceNanos, now);
        lease.seenOpenNanos = now;
    }

    /** One turned out to be closed. */
    void foundClosed(Http1Lease lease, long now) {
        age.closed(lease.seenOpenNanos - lease.idleSinceNanos, now);
    }
}
