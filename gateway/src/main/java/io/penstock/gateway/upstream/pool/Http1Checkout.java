// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import io.penstock.gateway.upstream.pool.WaitingLine.Waiting;
import io.penstock.gateway.wire.EventLoop;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Takes a connection out of an HTTP/1.1 pool for an exchange: an idle one that is open still, or the next that becomes free. */
final class Http1Checkout {
    private final Http1Pool pool;
    private final boolean once;
    private final Intake intake;
    private final ReentrantLock lock;
    private final Http1Stock stock;
    private final IdleLeases idle;

    /**
     * Takes nothing yet.
     *
     * @param once whether each connection carries one exchange only
     */
    Http1Checkout(Http1Pool pool, boolean once, Intake intake, Http1Stock stock, IdleLeases idle) {
        this.pool = pool;
        this.once = once;
        this.intake = intake;
        this.lock = intake.lock;
        this.stock = stock;
        this.idle = idle;
    }

    /** An idle connection for a request on this loop, when there is one that is open; never blocks. */
    @Nullable
    Http1Lease takeOn(EventLoop loop, Exchange exchange, boolean repeatable) {
        long now = System.nanoTime();
        long limit = idle.age.limitNanos(repeatable, now);
        if (once || limit == IdleAge.NONE || idle.age.erratic(now)) {
            return null;
        }
        Http1Lease lease;
        lock.lock();
        try {
            boolean taken = intake.draining() || intake.line.size() > 0;
            lease = taken ? null : idle.take(exchange.peer(), now, limit, loop);
        } finally {
            lock.unlock();
        }
        return lease != null && opened(lease, now, loop, !repeatable) ? lease : null;
    }

    /**
     * A connection for a request on a thread; waits in line for it.
     *
     * @param fresh it must not have waited idle
     * @throws GatewayException why there is none
     */
    Http1Lease take(Exchange exchange, boolean fresh, boolean repeatable) {
        while (true) {
            long now = System.nanoTime();
            boolean erratic = idle.age.erratic(now);
            long limit = once || fresh ? IdleAge.NONE : idle.age.limitNanos(repeatable, now);
            Waiting waiting = null;
            Http1Lease found = null;
            lock.lock();
            try {
                intake.checkOpen();
                if (limit != IdleAge.NONE && intake.line.size() == 0) {
                    found = idle.take(exchange.peer(), now, limit, null);
                }
                if (found == null) {
                    waiting = stock.join(exchange, limit == IdleAge.NONE);
                }
            } finally {
                lock.unlock();
            }
            if (waiting != null) {
                found = (Http1Lease) waiting.await();
                found.leaveLoop();
                return found;
            }
            if (found != null && opened(found, now, null, erratic || !repeatable)) {
                return found;
            }
        }
    }

    /** Whether the connection is open, and where its exchange is; otherwise it is over. */
    private boolean opened(Http1Lease lease, long now, @Nullable EventLoop loop, boolean look) {
        boolean open;
        try {
            lease.moveTo(loop);
            open = (!look && lease.young(now)) || idle.quiet(lease, now);
        } catch (IOException e) {
            idle.foundClosed(lease, now);
            open = false;
        }
        if (!open) {
            pool.close(lease, UpstreamEnding.PEER_CLOSED);
        }
        return open;
    }
}
