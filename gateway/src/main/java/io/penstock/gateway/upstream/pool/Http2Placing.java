// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.http2.UpstreamConnection;
import io.penstock.gateway.upstream.forward.Forwarding;
import io.penstock.gateway.upstream.pool.WaitingLine.Waiting;
import java.util.concurrent.locks.ReentrantLock;

/** Places exchanges on the connections of an HTTP/2 pool: at once where a stream is free and nobody waits, and otherwise in turn. */
final class Http2Placing {
    /** How often one look at the line puts second attempts behind the others. */
    private static final int MOST_PASSES = 16;

    private final boolean once;
    private final Intake intake;
    private final ReentrantLock lock;
    private final WaitingLine line;
    private final Http2Serving serving;
    private final Runnable dialing;
    private volatile int freed;

    /**
     * Places nothing yet.
     *
     * @param once whether each connection takes one stream only
     * @param dialing called under the lock while somebody waits: dials if that helps
     */
    Http2Placing(boolean once, Intake intake, Http2Serving serving, Runnable dialing) {
        this.once = once;
        this.intake = intake;
        this.lock = intake.lock;
        this.line = intake.line;
        this.serving = serving;
        this.dialing = dialing;
    }

    /**
     * Opens a stream for the exchange, now or when its turn in the line has come. Never blocks.
     *
     * @throws GatewayException there is no room in the line
     */
    void open(Exchange exchange) {
        if (!UpstreamConnection.relays(exchange)) {
            exchange.downstream().offload(() -> serve(exchange));
        } else if (once || line.size() > 0 || !serving.place(exchange)) {
            try {
                queue(new Waiting(exchange, false, false));
            } catch (GatewayException e) {
                intake.sendOn(exchange, e);
            }
        }
    }

    /** In blocking style, on the exchange's own thread. */
    private void serve(Exchange exchange) {
        Half half;
        try {
            half = !once && line.size() == 0 ? serving.openHalf(exchange) : null;
            if (half == null) {
                Waiting waiting = new Waiting(exchange, true, false);
                queue(waiting);
                half = (Half) waiting.await();
            }
        } catch (GatewayException e) {
            intake.sendOnOrElsewhere(exchange, e);
            return;
        }
        Forwarding.run(exchange, new Http2Lease(half));
    }

    private void queue(Waiting waiting) {
        lock.lock();
        try {
            intake.join(waiting, Cause.TOO_MANY_STREAMS);
            dialing.run();
        } finally {
            lock.unlock();
        }
        pump();
    }

    /** Places an exchange that is not the caller's: what goes wrong with it must not end what the caller is doing. */
    private boolean placeOther(Waiting waiting) {
        try {
            return waiting.blocked ? placeBlocked(waiting) : serving.place(waiting.exchange);
        } catch (GatewayException e) {
            Pool.openOtherElsewhere(waiting.exchange, e.reason(), e.detail());
        } catch (RuntimeException e) {
            waiting.exchange.downstream().refuse(new GatewayException(Cause.INTERNAL, "defect: " + e, e));
        }
        return true;
    }

    private boolean placeBlocked(Waiting waiting) {
        if (!waiting.current()) {
            waiting.giveUp();
            return true;
        }
        Half half = serving.openHalf(waiting.exchange);
        if (half != null && !waiting.finish(half)) {
            half.abort(Cause.DOWNSTREAM_GONE);
        }
        return half != null;
    }

    /** Places as many waiting exchanges as there are free streams. */
    void pump() {
        int passes = MOST_PASSES;
        while (true) {
            int before = freed;
            Waiting next;
            lock.lock();
            try {
                next = line.take();
            } finally {
                lock.unlock();
            }
            if (next == null) {
                return;
            }
            if (!next.blocked && next.exchange.ended()) {
                continue;
            }
            if (placeOther(next)) {
                continue;
            }
            boolean pass = next.exchange.attempts() > 0 && passes-- > 0; // it wants another connection: let others by
            lock.lock();
            try {
                line.putBack(next, pass);
                dialing.run();
            } finally {
                lock.unlock();
            }
            if (!pass && freed == before) {
                return; // otherwise a stream became free while this exchange was in our hands
            }
        }
    }

    /** A stream has ended or a connection is new: somebody who waits may have it. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // only that it changes matters
    void slotFreed() {
        freed++;
        if (line.size() > 0) {
            pump();
        }
    }
}
