// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Handles;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Methods;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.exchange.side.AttemptObserver;
import io.penstock.gateway.http1.UpstreamConnection;
import io.penstock.gateway.http1.UpstreamHalf;
import io.penstock.gateway.upstream.forward.Lease;
import io.penstock.gateway.wire.ChannelWire;
import io.penstock.gateway.wire.EventLoop;
import io.penstock.gateway.wire.PooledWire;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection of a pool, and the lease on it while an exchange has it: one object, so that a request makes none.
 *
 * <p>Between two exchanges it belongs to the pool, under whose lock its fields are written; during one to the exchange's thread or event loop, and upkeep
 * only reads what is volatile.
 */
final class Http1Lease implements Lease, Runnable {
    private static final int BUFFER_BYTES = 16 * 1024;
    /** Below this age the kernel would have told of an end, but for an endpoint that was caught doing so. */
    private static final long PROBE_NANOS = 10_000_000;

    private static final VarHandle HALF;
    private static final VarHandle SENT;
    private static final VarHandle ON_LOOP;

    static {
        Lookup lookup = MethodHandles.lookup();
        HALF = Handles.of(lookup, "half");
        SENT = Handles.of(lookup, "sent");
        ON_LOOP = Handles.of(lookup, "onLoop");
    }

    private final Http1Pool pool;
    private final UpstreamConfig config;
    private final UpstreamConnection connection;
    private final PooledWire wire;
    private final @Nullable Peer peer;
    private final long maxAgeNanos;
    final long bornNanos = System.nanoTime();

    /** When it became idle. Under the pool's lock. */
    long idleSinceNanos = bornNanos;
    /** When it was last seen open since. Under the pool's lock. */
    long seenOpenNanos = bornNanos;

    private @Nullable Exchange exchange;
    private AttemptObserver observer = AttemptObserver.NOBODY;
    private byte @Nullable [] buffer;
    private boolean waitedIdle;
    private boolean kept;
    private volatile @Nullable UpstreamHalf half;
    private volatile boolean sent;
    private volatile boolean streaming;
    private volatile boolean upgraded;
    private volatile @Nullable LoopAttempt onLoop;

    Http1Lease(
            Http1Pool pool,
            UpstreamConfig config,
            UpstreamConnection connection,
            PooledWire wire,
            @Nullable Peer peer,
            long maxAgeNanos) {
        this.pool = pool;
        this.config = config;
        this.connection = connection;
        this.wire = wire;
        this.peer = peer;
        this.maxAgeNanos = maxAgeNanos;
    }

    // ---- between exchanges ----

    /** Whether it may serve this peer's exchanges. */
    boolean serves(Peer of) {
        return peer == null || peer.equals(of);
    }

    boolean tooOld(long now) {
        return now - bornNanos > maxAgeNanos;
    }

    /** Why no other exchange may have it, or null. */
    @Nullable
    UpstreamEnding usedUp(long now) {
        if (connection.opened() >= config.http1().maxRequests()) {
            return UpstreamEnding.MAX_REQUESTS;
        }
        return tooOld(now) ? UpstreamEnding.MAX_AGE : null;
    }

    /** Whether it was in use so recently that asking the socket is not worth a system call. */
    boolean young(long now) {
        return now - idleSinceNanos < PROBE_NANOS;
    }

    /** Whether its peer has not closed it; asks the socket. */
    boolean quiet() {
        return wire.quiet();
    }

    /** Gives back what an idle connection needs no memory for. */
    void rest() {
        buffer = null;
        connection.rest();
        wire.rest();
    }

    long opened() {
        return connection.opened();
    }

    /** Whether its peer may have closed it unseen: it carried another exchange before, or was kept idle. */
    boolean waitedIdle() {
        return connection.opened() > 0 || kept;
    }

    /** Notes that it was put away idle. */
    void keep() {
        kept = true;
    }

    void close() {
        connection.abort();
    }

    /** Makes it the exchange's. */
    void begin(Exchange with, AttemptObserver follower, boolean idleBefore) {
        exchange = with;
        observer = follower;
        waitedIdle = idleBefore;
        SENT.setRelease(this, false);
        streaming(false);
        if (upgraded) {
            upgraded = false;
        }
        HALF.setRelease(this, connection.open());
    }

    // ---- on an event loop ----

    /** Whether it may be used on this loop; null stands for a thread. */
    boolean fits(@Nullable EventLoop loop) {
        ChannelWire channel = wire.channel();
        return loop == null || (channel != null && (channel.loop() == null || channel.loop() == loop));
    }

    /** Puts it on the loop where its exchange is, or takes it off when that has a thread; called before {@link #begin}. */
    void moveTo(@Nullable EventLoop loop) throws IOException {
        ChannelWire channel = wire.channel();
        if (channel != null && channel.loop() != loop) {
            channel.detach();
            if (loop != null) {
                channel.attach(loop, this);
            }
        }
    }

    /** Its exchange goes on on a thread. */
    void leaveLoop() {
        onLoop = null;
        try {
            moveTo(null);
        } catch (IOException e) {
            // it is closed, as the next read will find
        }
    }

    /** Makes the attempt on the loop where it is. */
    void attempt(LoopAttempt attempt) {
        ON_LOOP.setRelease(this, attempt);
        attempt.begin();
    }

    /** Called by the loop: something can be read, or was not written, or it was closed. */
    @Override
    public void run() {
        LoopAttempt attempt = onLoop;
        if (attempt != null) {
            attempt.ready();
        } else {
            pool.spoke(this);
        }
    }

    UpstreamHalf.Arrival arrival() {
        return current().arrival();
    }

    /** Whether a part of the request was not taken by the kernel. */
    boolean unwritten() {
        ChannelWire channel = wire.channel();
        return channel != null && channel.unwritten() > 0;
    }

    /** Writes that part; blocks. */
    void writeRest() {
        if (unwritten()) {
            current().writeRest();
        }
    }

    // ---- Lease ----

    private UpstreamHalf current() {
        UpstreamHalf current = half;
        if (current == null) {
            throw new IllegalStateException("the lease has ended");
        }
        return current;
    }

    private Exchange exchange() {
        if (exchange == null) {
            throw new IllegalStateException("the lease has ended");
        }
        return exchange;
    }

    @Override
    public Half half() {
        return current();
    }

    @Override
    public byte[] buffer() {
        if (buffer == null) {
            buffer = new byte[BUFFER_BYTES];
        }
        return buffer;
    }

    @Override
    public void started() {
        exchange().attempt(connection.opened() > 1);
        exchange().upstreamProtocol("1.1");
        observer.started();
    }

    @Override
    public void responded(Head head) {
        String type = head.value("content-type");
        streaming(type != null && type.startsWith("text/event-stream"));
        if (connection.http10()) {
            exchange().upstreamProtocol("1.0");
        }
        observer.responded(head.status(), Exchange.NONE);
    }

    private void streaming(boolean now) {
        if (streaming != now) {
            streaming = now;
        }
    }

    @Override
    public void sent() {
        SENT.setRelease(this, true);
    }

    @Override
    public void upgraded() {
        upgraded = true;
    }

    @Override
    public boolean untouched(GatewayException failure) {
        return failure.reason().unprocessed() || current().requestBytes() == 0;
    }

    @Override
    public boolean stale(GatewayException failure) {
        UpstreamHalf current = current();
        return waitedIdle
                && failure.reason() == Cause.UPSTREAM_RESET
                && current.responseBytes() == 0
                && (current.requestBytes() == 0 || Methods.idempotent(exchange().method()));
    }

    @Override
    public void end(@Nullable Cause cause) {
        AttemptObserver follower = observer;
        boolean keep = cause == null && current().reusable() && !unwritten();
        UpstreamEnding ending = cause == null ? UpstreamEnding.NOT_KEPT : ending(cause);
        if (waitedIdle && cause == Cause.UPSTREAM_RESET && current().responseBytes() == 0) {
            pool.foundClosed(this, System.nanoTime()); // as if it was stale, for all that can be known
        }
        leave();
        if (keep) {
            pool.giveBack(this);
        } else {
            close();
            pool.ended(this, ending);
        }
        follower.ended(cause, Exchange.NONE);
    }

    private static UpstreamEnding ending(Cause cause) {
        return switch (cause) {
            case UPSTREAM_RESET -> UpstreamEnding.PEER_CLOSED;
            case UPSTREAM_PROTOCOL, UPSTREAM_HEADER_TOO_LARGE -> UpstreamEnding.PEER_PROTOCOL;
            case UPSTREAM_NOT_READING -> UpstreamEnding.WRITE_TIMEOUT;
            default -> UpstreamEnding.CUT_SHORT;
        };
    }

    @Override
    public void discard() {
        leave();
        close();
        pool.foundClosed(this, System.nanoTime());
        pool.ended(this, UpstreamEnding.PEER_CLOSED);
    }

    private void leave() {
        ON_LOOP.setRelease(this, (LoopAttempt) null);
        HALF.setRelease(this, (UpstreamHalf) null);
        exchange = null;
        observer = AttemptObserver.NOBODY;
    }

    /** Looks at the clock; called by upkeep while an exchange may have it. */
    void upkeep(long now) {
        UpstreamHalf current = half;
        if (current == null) {
            return;
        }
        if (over(current.writeSinceNanos(), now, config.writeTimeout().toNanos())) {
            current.abort(Cause.UPSTREAM_NOT_READING);
        } else if (!sent || upgraded) {
            return; // it owes nothing yet; or silence has another limit, which holds for every pair of protocols
        } else if (over(current.headSinceNanos(), now, config.firstByteTimeout().toNanos())) {
            current.abort(Cause.FIRST_BYTE_TIMEOUT);
        } else if (!streaming
                && over(current.bodySinceNanos(), now, config.readTimeout().toNanos())) {
            current.abort(Cause.UPSTREAM_IDLE);
        }
    }

    private static boolean over(long since, long now, long nanos) {
        return since != 0 && now - since > nanos;
    }
}
