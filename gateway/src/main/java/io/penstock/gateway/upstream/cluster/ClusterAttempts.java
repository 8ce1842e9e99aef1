// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.config.route.AuthorityConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Handles;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.AttemptFailure;
import io.penstock.gateway.exchange.side.AttemptObserver;
import io.penstock.gateway.exchange.side.Upstream;
import io.penstock.gateway.lookup.Target;
import io.penstock.gateway.upstream.guard.Breaker;
import io.penstock.gateway.upstream.guard.Bulkhead;
import io.penstock.gateway.upstream.guard.Failures;
import io.penstock.gateway.upstream.guard.HedgeRules;
import io.penstock.gateway.upstream.guard.RetryRules;
import io.penstock.gateway.upstream.hedge.Leg;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one exchange at one cluster, one after the other; or of one leg of it, when there may be two at a time. Used by one thread
 * at a time, but for {@link #run} and a per-try timeout.
 */
final class ClusterAttempts implements Upstream, Levels.Tried, Runnable {
    private static final Member[] NOBODY = {};
    private static final VarHandle CLOSED = Handles.of(MethodHandles.lookup(), "closed");
    private static final VarHandle CURRENT = Handles.of(MethodHandles.lookup(), "current");

    private final Cluster cluster;
    private final Exchange exchange;
    private final AuthorityConfig authority;
    private final @Nullable Leg leg;
    private final @Nullable HedgedAttempts hedged;
    /** Attempts that another leg has made before. */
    private final int earlier;

    private Member[] tried = NOBODY;
    private Levels.@Nullable Level looking;
    private int count;
    private volatile @Nullable ClusterAttempt current;
    private volatile boolean closed;

    ClusterAttempts(Cluster cluster, Exchange exchange, AuthorityConfig authority) {
        this.cluster = cluster;
        this.exchange = exchange;
        this.authority = authority;
        this.leg = null;
        this.hedged = null;
        this.earlier = 0;
    }

    /**
     * The attempts of one leg.
     *
     * @param first the attempts of the leg beside which this one is made, if there is one
     */
    ClusterAttempts(
            Cluster cluster,
            AuthorityConfig authority,
            Leg leg,
            @Nullable ClusterAttempts first,
            HedgedAttempts hedged) {
        this.cluster = cluster;
        this.exchange = leg.exchange();
        this.authority = authority;
        this.leg = leg;
        this.hedged = hedged;
        if (first != null) {
            learn(first);
        }
        this.earlier = count;
    }

    /** Makes the first attempt of a leg; throws when there is none. */
    void beginLeg() {
        exchange.upstream(this);
        exchange.onEnd(this);
        attempt(earlier > 0);
    }

    @Nullable
    Leg leg() {
        return leg;
    }

    /** Goes through the bulkhead, waiting there if it has to, and makes the first attempt. */
    void begin() {
        Bulkhead bulkhead = cluster.bulkhead();
        if (bulkhead == null || bulkhead.tryEnter()) {
            entered();
        } else if (bulkhead.tryWait()) {
            exchange.downstream().offload(() -> waitIn(bulkhead));
        } else {
            throw full();
        }
    }

    private void waitIn(Bulkhead bulkhead) {
        try {
            if (!bulkhead.await()) {
                throw full();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw full();
        }
        entered();
    }

    private GatewayException full() {
        return new GatewayException(Cause.OVERLOADED, "cluster " + cluster.name() + " has no place for the exchange");
    }

    private void entered() {
        cluster.entered();
        exchange.onEnd(this); // at once when it has ended meanwhile
        if (!closed) {
            openFirst();
        }
    }

    private void openFirst() {
        HedgeRules hedge = cluster.hedge();
        if (hedge != null && hedge.serves(exchange)) {
            exchange.downstream().offload(() -> race(hedge));
        } else {
            open(exchange);
        }
    }

    private void race(HedgeRules hedge) {
        HedgedAttempts attempts = new HedgedAttempts(cluster, hedge, authority);
        try {
            attempts.run(exchange);
        } catch (GatewayException e) {
            if (attempts.begun() || !cluster.fallback(exchange, authority, e.reason(), this)) {
                throw e;
            }
        }
    }

    /** The exchange has ended: whatever the transport did not say of the last attempt follows from that. */
    @Override
    public void run() {
        if (CLOSED.compareAndSet(this, false, true)) {
            ClusterAttempt last = current;
            if (last != null) {
                if (exchange.cause() == null && exchange.status() != Exchange.NONE) {
                    last.responded(exchange.status(), exchange.grpcStatus());
                }
                last.ended(exchange.cause(), exchange.grpcStatus());
            }
            if (leg == null) {
                cluster.left();
            }
        }
    }

    @Override
    public void open(Exchange again) {
        ClusterAttempt before = current;
        if (before != null) {
            exclude(before.member());
        }
        boolean first = count == 0;
        try {
            attempt(false);
        } catch (GatewayException e) {
            if (!first || !cluster.fallback(exchange, authority, e.reason(), this)) {
                throw e;
            }
        }
    }

    // ---- one attempt ----

    /** Picks an endpoint and goes there; throws when there is none, or none that would take the exchange. */
    private void attempt(boolean retry) {
        ClusterAttempt next;
        try {
            next = picked(retry);
        } catch (GatewayException e) {
            if (retry) {
                cluster.budget().give();
            }
            throw e;
        }
        count++;
        if (hedged != null && earlier > 0 && count == earlier + 1) {
            hedged.noteSent();
        }
        CURRENT.setRelease(this, next);
        exchange.attemptObserver(next);
        cluster.stick(exchange, this, count - earlier);
        cluster.limit(exchange, next);
        try {
            Target target = next.member().target().ready();
            if (target != null) {
                send(target);
            } else {
                exchange.downstream().offload(() -> resolve(next));
            }
        } catch (GatewayException e) {
            failed(next, e);
        }
    }

    private void resolve(ClusterAttempt attempt) {
        try {
            send(attempt.member().target().resolve());
        } catch (GatewayException e) {
            failed(attempt, e);
        }
    }

    private void send(Target target) {
        if (authority instanceof AuthorityConfig.Target) {
            exchange.request().remove("host");
            exchange.request().set(":authority", target.authority());
        }
        cluster.opener()
                .open(
                        exchange,
                        target.address(),
                        target.hostname(),
                        cluster.config().upstream());
    }

    /** It did not get as far as a connection. */
    private void failed(ClusterAttempt attempt, GatewayException e) {
        boolean untouched = !attempt.begun() && attempt == current && exchange.status() == Exchange.NONE;
        attempt.ended(e.reason(), Exchange.NONE);
        AttemptFailure failure =
                AttemptFailure.of(e.reason(), e.detail(), e.reason().unprocessed());
        if (!untouched || !again(exchange, failure)) {
            throw e;
        }
    }

    private ClusterAttempt picked(boolean retry) {
        Breaker shared = cluster.breaker();
        long permit = shared == null ? Breaker.CLOSED : shared.acquire();
        if (permit == Breaker.REFUSED) {
            throw new GatewayException(Cause.CIRCUIT_OPEN, "the circuit breaker of " + cluster.name() + " is open");
        }
        boolean open = false;
        long now = cluster.time().now();
        while (true) {
            Member member = cluster.pick(exchange, this, now);
            if (member == null) {
                if (shared != null) {
                    shared.release(permit);
                }
                throw open
                        ? new GatewayException(
                                Cause.CIRCUIT_OPEN, "every circuit breaker of " + cluster.name() + " is open")
                        : new GatewayException(Cause.NO_ENDPOINT, "no endpoint of " + cluster.name() + " can be used");
            }
            Breaker own = member.breaker();
            if (own == null) {
                return new ClusterAttempt(cluster, member, exchange.grpc(), retry, shared, permit, now);
            }
            long ownPermit = own.acquire();
            if (ownPermit != Breaker.REFUSED) {
                return new ClusterAttempt(cluster, member, exchange.grpc(), retry, own, ownPermit, now);
            }
            open = true;
            exclude(member);
        }
    }

    // ---- Tried ----

    private void exclude(Member member) {
        tried = Arrays.copyOf(tried, tried.length + 1);
        tried[tried.length - 1] = member;
    }

    /**
     * Forgets which endpoints were tried, except those whose breaker is open: better the same one again than none; but not for an attempt
     * beside another.
     */
    boolean forgive() {
        boolean beside = earlier > 0 && count == earlier;
        if (tried.length == 0 || cluster.breakers() || beside) {
            return false;
        }
        tried = NOBODY;
        return true;
    }

    @Override
    public void lookAt(Levels.Level level) {
        looking = level;
    }

    @Override
    public boolean has(int place) {
        return looking != null && has(looking.members()[place]);
    }

    boolean has(Member member) {
        for (Member one : tried) {
            if (one.name().equals(member.name())) {
                return true;
            }
        }
        return false;
    }

    /** The endpoint of the attempt under way, or null. */
    @Nullable
    Member member() {
        ClusterAttempt attempt = current;
        return attempt == null ? null : attempt.member();
    }

    // ---- another attempt ----

    @Override
    public boolean mayWithhold(Exchange same, Head response) {
        RetryRules rules = cluster.rules();
        return (rules.more(count) || (leg != null && leg.accompanied())) && rules.wants(exchange, response);
    }

    @Override
    public boolean again(Exchange same, AttemptFailure failure) {
        RetryRules rules = cluster.rules();
        ClusterAttempt last = current;
        if (last == null || closed) {
            return false;
        }
        if (leg != null && leg.leave()) {
            conclude(last, failure);
            return failure.response() != null; // otherwise the leg ends with its failure
        }
        if (hedged != null) {
            learn(hedged.beside(this));
        }
        if (!rules.more(count) || !rules.wants(exchange, failure)) {
            return false;
        }
        conclude(last, failure);
        exclude(last.member());
        if (Failures.full(failure.cause()) && !cluster.hasOther(this)) {
            return false;
        }
        boolean processed = !failure.unprocessed()
                && (failure.cause() == null || !failure.cause().unprocessed());
        long pause = rules.pauseNanos(failure, count, !processed && cluster.hasOther(this));
        if (pause == RetryRules.NEVER || late(pause) || !cluster.budget().take(cluster.active())) {
            return false;
        }
        if (pause > 0) {
            exchange.downstream().offload(() -> later(pause));
            return true;
        }
        try {
            attempt(true);
            return true;
        } catch (GatewayException e) {
            return false;
        }
    }

    /** Counts another leg's attempts, and avoids its endpoint. */
    private void learn(@Nullable ClusterAttempts other) {
        Member asked = other == null ? null : other.member();
        if (other != null && asked != null) {
            exclude(asked);
            count = Math.max(count, other.count);
        }
    }

    private static void conclude(ClusterAttempt attempt, AttemptFailure failure) {
        Head response = failure.response();
        if (response != null) {
            attempt.responded(response.status(), GrpcStatuses.of(response));
        }
        attempt.ended(failure.cause(), Exchange.NONE);
    }

    private boolean late(long pauseNanos) {
        return exchange.deadlined() && cluster.time().now() + pauseNanos - exchange.deadlineNanos() >= 0;
    }

    private void later(long pauseNanos) {
        boolean slept = false;
        try {
            cluster.time().sleep().nanos(pauseNanos);
            slept = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Cause cause = exchange.cause();
        if (!slept || closed || cause != null) {
            cluster.budget().give();
            throw new GatewayException(cause == null ? Cause.DOWNSTREAM_GONE : cause, "ended between two attempts");
        }
        attempt(true);
    }

    /** Nobody follows what another upstream does with the exchange. */
    void handOver() {
        run();
        exchange.attemptObserver(AttemptObserver.NOBODY);
    }
}
