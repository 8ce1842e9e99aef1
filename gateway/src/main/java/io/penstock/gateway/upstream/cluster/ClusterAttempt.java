// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Handles;
import io.penstock.gateway.exchange.side.AttemptObserver;
import io.penstock.gateway.upstream.guard.Breaker;
import io.penstock.gateway.upstream.guard.Failures;
import io.penstock.gateway.upstream.health.Result;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at one endpoint, which teaches the endpoint's load, its health and the breaker.
 *
 * <p>It is judged when its response head arrives or when it fails before, and once more when a response that looked good fails later: a
 * stream may last for hours, and nobody can wait for its end to know that the endpoint works. Calls after the end do nothing.
 */
final class ClusterAttempt implements AttemptObserver {
    private static final int JUDGED = 1;
    private static final int FAILED = 2;
    private static final int ENDED = 4;

    private static final VarHandle STATE;
    private static final VarHandle BEGUN;
    private static final VarHandle STARTED;

    static {
        Lookup lookup = MethodHandles.lookup();
        STATE = Handles.of(lookup, "state");
        BEGUN = Handles.of(lookup, "begun");
        STARTED = Handles.of(lookup, "startedNanos");
    }

    private final Cluster cluster;
    private final Member member;
    private final boolean grpc;
    private final boolean retry;
    private final @Nullable Breaker breaker;
    private final long permit;
    private volatile int state;
    private volatile boolean begun;
    private volatile long startedNanos;
    private volatile @Nullable Runnable timeout;

    /**
     * Begins the attempt.
     *
     * @param retry whether it holds a part of the retry budget
     * @param breaker what gave the permit
     * @param now {@link Time#now}
     */
    ClusterAttempt(
            Cluster cluster,
            Member member,
            boolean grpc,
            boolean retry,
            @Nullable Breaker breaker,
            long permit,
            long now) {
        this.cluster = cluster;
        this.member = member;
        this.grpc = grpc;
        this.retry = retry;
        this.breaker = breaker;
        this.permit = permit;
        STARTED.setRelease(this, now);
        member.attempts().increment();
        member.load().begin();
    }

    Member member() {
        return member;
    }

    /** Whether anything of it went out. */
    boolean begun() {
        return begun;
    }

    /** Whether it has neither a response head nor an end. */
    boolean undecided() {
        return (state & (JUDGED | ENDED)) == 0;
    }

    /** Whether its end was told. */
    boolean over() {
        return (state & ENDED) != 0;
    }

    /** Sets what takes the timer of the attempt back. */
    void timeout(Runnable cancel) {
        timeout = cancel;
        if (!undecided()) {
            cancel.run();
        }
    }

    @Override
    public void started() {
        BEGUN.setRelease(this, true);
        STARTED.setRelease(this, cluster.time().now());
    }

    @Override
    public void responded(int status, int grpcStatus) {
        BEGUN.setRelease(this, true);
        boolean failed = (grpc && grpcStatus != Exchange.NONE)
                ? cluster.failures().grpcStatus(grpcStatus)
                : cluster.failures().status(status);
        if (set(failed ? JUDGED | FAILED : JUDGED, JUDGED | ENDED)) {
            judge(failed, failed ? Result.FAILURE : Result.SUCCESS);
        }
    }

    @Override
    public void ended(@Nullable Cause cause, int grpcStatus) {
        int before = (int) STATE.getAndBitwiseOr(this, ENDED);
        if ((before & ENDED) != 0) {
            return;
        }
        member.load().end();
        boolean failed = (cause != null && cluster.failures().cause(cause))
                || (grpc && cluster.failures().grpcStatus(grpcStatus));
        Result result = cause != null && Failures.connect(cause) ? Result.CONNECT_FAILURE : Result.FAILURE;
        if ((before & JUDGED) == 0) {
            if (failed || cause == null) {
                judge(failed, failed ? result : Result.SUCCESS);
            } else {
                learnNothing();
            }
        } else if (failed && (before & FAILED) == 0) {
            member.failures().increment();
            cluster.outliers().result(member.health(), result, cluster.time().now());
            if (breaker != null) {
                breaker.failed();
            }
        }
    }

    private boolean set(int bits, int unless) {
        while (true) {
            int now = state;
            if ((now & unless) != 0) {
                return false;
            }
            if (STATE.compareAndSet(this, now, now | bits)) {
                return true;
            }
        }
    }

    private void judge(boolean failed, Result result) {
        long now = cluster.time().now();
        long took = now - startedNanos;
        if (failed) {
            member.failures().increment();
        }
        member.load().measured(took, failed, now);
        cluster.outliers().result(member.health(), result, now);
        cluster.measured(took, failed, now);
        if (breaker != null) {
            breaker.result(permit, failed || cluster.slow(took));
        }
        decided();
    }

    /** The downstream went away, or the time of the exchange was up: all that is known is that it takes longer than this. */
    private void learnNothing() {
        long now = cluster.time().now();
        long took = now - startedNanos;
        if (begun && took > member.load().peakNanos(now)) {
            member.load().measured(took, false, now);
        }
        if (breaker != null) {
            breaker.release(permit);
        }
        decided();
    }

    private void decided() {
        if (retry) {
            cluster.budget().give();
        }
        Runnable cancel = timeout;
        if (cancel != null) {
            cancel.run();
        }
    }
}
