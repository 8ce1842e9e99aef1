// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream;

import io.penstock.gateway.config.UpstreamConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.wire.PooledWire;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connections to an endpoint that chooses its protocol by ALPN: the first one decides, and goes into the pool of what was chosen.
 *
 * <p>The lock is held while the first connection is opened, so that the exchanges that come meanwhile wait for the one decision. The
 * decision lasts as long as the pool; an endpoint that changes its mind is asked again once the pool has been unused and given up.
 */
final class AutoPool implements Pool {
    private final String user;
    private final UpstreamConfig config;
    private final Dialer dialer;
    private final ReentrantLock deciding = new ReentrantLock();
    private final long bornNanos = System.nanoTime();
    private volatile @Nullable Pool chosen;
    private volatile boolean draining;
    private volatile boolean abandoned;
    private volatile long failures;

    AutoPool(String user, UpstreamConfig config, Dialer dialer) {
        this.user = user;
        this.config = config;
        this.dialer = dialer;
    }

    @Override
    public String name() {
        return dialer.name();
    }

    @Override
    public void open(Exchange exchange) {
        Pool pool = chosen;
        if (pool != null) {
            pool.open(exchange);
        } else {
            exchange.downstream().offload(() -> decideFor(exchange));
        }
    }

    private void decideFor(Exchange exchange) {
        Pool pool;
        try {
            pool = decide();
        } catch (GatewayException e) {
            Pool.openElsewhere(exchange, e);
            return;
        }
        pool.open(exchange);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    private Pool decide() {
        deciding.lock();
        try {
            Pool already = chosen;
            if (already != null) {
                return already;
            }
            PooledWire wire = dialer.dialNow();
            Pool pool;
            if (wire.protocol().equals(Dialer.H2)) {
                Http2Pool http2 = new Http2Pool(user, config, dialer);
                http2.adopt(wire);
                pool = http2;
            } else {
                Http1Pool http1 = new Http1Pool(user, config, dialer);
                http1.adopt(wire);
                pool = http1;
            }
            chosen = pool;
            if (draining) {
                pool.drain();
            }
            return pool;
        } catch (GatewayException e) {
            failures++;
            throw e;
        } finally {
            deciding.unlock();
        }
    }

    @Override
    public void upkeep(long now) {
        Pool pool = chosen;
        if (pool != null) {
            pool.upkeep(now);
        }
    }

    @Override
    public void drain() {
        draining = true;
        Pool pool = chosen;
        if (pool != null) {
            pool.drain();
        }
    }

    @Override
    public void abort() {
        draining = true;
        Pool pool = chosen;
        if (pool != null) {
            pool.abort();
        }
    }

    @Override
    public boolean abandonAfter(long nanos, long now) {
        Pool pool = chosen;
        abandoned |= pool == null ? now - bornNanos > nanos && !deciding.isLocked() : pool.abandonAfter(nanos, now);
        return abandoned;
    }

    @Override
    public boolean abandoned() {
        return abandoned;
    }

    @Override
    public PoolReport report() {
        Pool pool = chosen;
        return pool == null
                ? new PoolReport(user, name(), "auto", 0, 0, 0, 0, 0, 0, failures, java.util.Map.of())
                : pool.report();
    }
}
