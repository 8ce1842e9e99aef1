// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.config.listener.Http1Config;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.exchange.time.UpgradeTimeouts;
import java.io.IOException;

/**
 * The clock of an {@link Http1Connection}: everything that must not take longer than it may, and whether the peer is still there while we
 * make it wait. Runs on the gateway's upkeep thread a few times a second, so that the connection itself sets no timers.
 */
final class Http1Upkeep {
    static final int LINGER_BYTES = 1024 * 1024;
    private static final long LINGER_NANOS = 1_000_000_000L;
    /** An exchange of this age is long enough to look whether its client is still there. */
    private static final long WATCH_NANOS = 200_000_000L;
    /** A draining connection that was idle for so long has no request on its way. */
    private static final long DRAIN_IDLE_NANOS = 1_000_000_000L;
    /** A connection that was idle for so long needs no memory for its next response yet. */
    private static final long REST_NANOS = 1_000_000_000L;
    /** A rate is not judged before. */
    private static final long RATE_NANOS = 5_000_000_000L;

    private final Http1Connection connection;
    private volatile boolean watching;
    /** Since when it was idle when it last gave memory back. Of the upkeep thread. */
    private volatile long restedSinceNanos;

    Http1Upkeep(Http1Connection connection) {
        this.connection = connection;
    }

    void look(long now) {
        long write = connection.codec().out().writingSinceNanos();
        long linger = connection.farewell().lingerSinceNanos();
        long head = connection.heads().sinceNanos();
        long idle = connection.idleness().sinceNanos();
        if (write != 0
                && now - write > connection.settings().listener().writeTimeout().toNanos()) {
            connection.timeOut(DownstreamEnding.WRITE_TIMEOUT, "the peer does not read");
        } else if (linger != 0) {
            if (now - linger > LINGER_NANOS) {
                connection.abort();
            }
        } else if (head != 0) {
            if (now - head > connection.settings().listener().headTimeout().toNanos()) {
                connection.heads().refuseLate(head);
            }
        } else if (idle != 0) {
            idle(idle, now);
        } else {
            exchange(now);
        }
    }

    private void idle(long since, long now) {
        long nanos = now - since;
        if (nanos > REST_NANOS && restedSinceNanos != since) {
            restedSinceNanos = since;
            connection.wire().restWriting();
        }
        if (nanos > connection.settings().listener().idleTimeout().toNanos()) {
            connection.closeIdle(DownstreamEnding.IDLE, "no request in time");
        } else if (connection.farewell().draining() && nanos > DRAIN_IDLE_NANOS) {
            connection.closeIdle(DownstreamEnding.DRAINED, "draining");
        }
    }

    private void exchange(long now) {
        Http1Exchange exchange = connection.exchange();
        if (exchange == null || upgraded(exchange, now)) {
            return;
        }
        if (!connection.codec().body().complete()) {
            body(exchange, now);
        } else if (now - exchange.exchange().startedNanos() <= WATCH_NANOS) {
            return;
        } else if (connection.codec().in().ended()) {
            exchange.clientEnded();
        } else if (!watching && !connection.looping()) {
            watching = true;
            Thread.ofVirtual().name("http1-watch " + connection.peer()).start(() -> watch(exchange));
        }
    }

    /** Whether the client speaks something else by now, so that its end is no sign that it is gone. Looks at the limits of that. */
    private static boolean upgraded(Http1Exchange exchange, long now) {
        UpgradeTimeouts limits = exchange.exchange().upgradeTimeouts();
        if (limits != null) {
            GatewayException passed = limits.passed(now, exchange.halfEnded());
            if (passed != null) {
                exchange.refuse(passed);
            }
        }
        return exchange.raw();
    }

    private void body(Http1Exchange exchange, long now) {
        Http1Config config = connection.settings().config();
        long waiting = connection.codec().in().waitingSinceNanos();
        if (waiting == 0) {
            return;
        }
        if (now - waiting > connection.settings().listener().bodyTimeout().toNanos()) {
            timeOut(
                    exchange,
                    "no byte of the request body for "
                            + connection.settings().listener().bodyTimeout().toSeconds() + " s");
        } else if (config.minBodyRate().isPresent()) {
            long waited = connection.codec().in().waitedNanos() + now - waiting;
            long bytes = exchange.exchange().requestBytes();
            if (waited > RATE_NANOS && bytes < config.minBodyRate().get() * (waited / 1e9)) {
                timeOut(exchange, "request body is slower than min-body-rate");
            }
        }
    }

    private void timeOut(Http1Exchange exchange, String why) {
        connection.farewell().closeAfterThis(DownstreamEnding.BODY_TIMEOUT);
        exchange.refuse(new GatewayException(Cause.REQUEST_TIMEOUT, why));
    }

    /**
     * Waits on the connection in place of its own thread, which waits for the upstream. What comes is the beginning of a pipelined request
     * and stays in the buffer; when nothing will come, the exchange has lost its client.
     */
    private void watch(Http1Exchange exchange) {
        boolean ended = false;
        connection.codec().reading().lock();
        try {
            if (exchange.isOver()
                    || !connection.codec().body().complete()
                    || connection.codec().in().available() > 0) {
                return;
            }
            ended = !connection.codec().in().fill();
            if (ended) {
                exchange.clientEnded();
            }
        } catch (IOException e) {
            exchange.refuse(new GatewayException(Cause.DOWNSTREAM_GONE, "read: " + e.getMessage(), e));
        } finally {
            connection.codec().reading().unlock();
            watching = ended; // nothing else will come
        }
    }
}
