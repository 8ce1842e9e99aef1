// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.guard;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.penstock.gateway.config.cluster.BreakerConfig;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A circuit breaker on resilience4j's state machine, which has the states, the sliding window and the time in which it is open.
 *
 * <p>Its window knows rates alone, and its trial calls are judged by the same rate. So, to count failures, it is told of failures only:
 * then the rate is 100 %, and the least number of calls for a rate is the number of failures. Trial calls are counted here, and move it.
 * Its window consists of whole seconds.
 *
 * <p>Safe for any thread. While it is closed a call costs two reads, and a success nothing more unless a rate is configured; the monitor
 * guards the trial calls.
 */
public final class Breaker {
    /** Permit: nothing may be sent. */
    public static final long REFUSED = -1;
    /** Permit of a call while the breaker is closed; all others are trial calls. */
    public static final long CLOSED = 0;

    private final BreakerConfig config;
    private final CircuitBreaker machine;
    private final InstantSource clock;
    private final IllegalStateException failure = new IllegalStateException("failure");
    private final LongAdder refused = new LongAdder();
    private final LongAdder opened = new LongAdder();
    private volatile long period = 1;
    private volatile long periodStartedMillis;
    private int trials;
    private int trialFailures;

    /**
     * Makes a closed breaker.
     *
     * @param name for messages
     */
    public Breaker(String name, BreakerConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
        CircuitBreakerConfig.Builder machineConfig = CircuitBreakerConfig.custom()
                .clock(clock.withZone(ZoneOffset.UTC))
                .slidingWindowType(SlidingWindowType.TIME_BASED)
                .slidingWindowSize((int) config.window().toSeconds())
                .minimumNumberOfCalls(config.failureRate().isPresent() ? config.minimumCalls() : config.failures())
                .failureRateThreshold(config.failureRate().orElse(100))
                .waitDurationInOpenState(config.openFor())
                .permittedNumberOfCallsInHalfOpenState(config.trialCalls())
                .writableStackTraceEnabled(false);
        machine = CircuitBreaker.of(name, machineConfig.build());
        machine.getEventPublisher()
                .onStateTransition(event -> moved(event.getStateTransition().getToState()));
    }

    private void moved(State to) {
        synchronized (this) {
            trials = 0;
            trialFailures = 0;
            period++;
            periodStartedMillis = clock.millis();
        }
        if (to == State.OPEN) {
            opened.increment();
        }
    }

    /** A permit for one call, or {@link #REFUSED}. Each permit is given back once, by {@link #result} or {@link #release}. */
    public long acquire() {
        if (!machine.tryAcquirePermission()) {
            refused.increment();
            return REFUSED;
        }
        return machine.getState() == State.HALF_OPEN ? period : CLOSED;
    }

    /** The call has shown something. */
    public void result(long permit, boolean failed) {
        if (permit != CLOSED) {
            trialEnded(permit, failed);
        } else if (failed) {
            failed();
        } else if (config.failureRate().isPresent() && machine.getState() == State.CLOSED) {
            machine.onSuccess(0, TimeUnit.NANOSECONDS);
        }
    }

    /** A call that had shown success has failed later. */
    public void failed() {
        if (machine.getState() == State.CLOSED) {
            machine.onError(0, TimeUnit.NANOSECONDS, failure);
        }
    }

    private void trialEnded(long permit, boolean failed) {
        boolean open;
        boolean close;
        synchronized (this) {
            if (permit != period) {
                return; // of an earlier time half-open
            }
            trials++;
            trialFailures += failed ? 1 : 0;
            open = trialFailures >= config.trialFailures();
            close = trials >= config.trialCalls();
        }
        if (open) {
            move(State.OPEN);
        } else if (close) {
            move(State.CLOSED);
        }
    }

    private void move(State to) {
        if (machine.getState() == State.HALF_OPEN) {
            if (to == State.OPEN) {
                machine.transitionToOpenState();
            } else {
                machine.transitionToClosedState();
            }
        }
    }

    /** The call has shown nothing: the downstream went away, or it was never made. */
    public void release(long permit) {
        if (permit != CLOSED && permit == period) {
            machine.releasePermission();
        }
    }

    /** Opens again when trial calls have shown nothing for as long as the breaker is open; called a few times a second. */
    public void upkeep() {
        if (machine.getState() == State.HALF_OPEN
                && clock.millis() - periodStartedMillis > config.openFor().toMillis()) {
            move(State.OPEN);
        }
    }

    /** How many calls it has refused. */
    public long refused() {
        return refused.sum();
    }

    /** How many times it has opened. */
    public long opened() {
        return opened.sum();
    }

    /** {@code closed}, {@code open} or {@code half-open}; it stays open until the first call after its time. */
    public String state() {
        return machine.getState().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
