// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.health;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is known of the health of one endpoint. Safe for any thread; its monitor guards the fields of the passive side, is held for a few
 * instructions, and is taken only for failures.
 */
public final class EndpointHealth {
    /** What is told of an endpoint; bad checks count before an ejection. */
    public enum State {
        HEALTHY,
        UNHEALTHY,
        EJECTED
    }

    private final Runnable onChange;
    private final AtomicInteger succeeded = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    private volatile boolean unwell;
    private volatile boolean ejected;
    private volatile long ejectedUntilNanos;
    private volatile State told = State.HEALTHY;
    private volatile boolean clean = true;
    private int goodChecks;
    private int badChecks;
    private volatile String lastCheck = "";

    private int failuresInARow;
    private int connectFailuresInARow;
    private int failuresInWindow;
    private long windowStartedNanos;
    private int ejections;

    /**
     * The health of an endpoint of which nothing is known, which counts as well.
     *
     * @param onChange called after each change of {@link #usable()}, with no lock held
     */
    public EndpointHealth(Runnable onChange) {
        this.onChange = onChange;
    }

    /**
     * Begins with what is known of the same endpoint elsewhere, or with what this one knows; tells nobody.
     *
     * @param checked whose checks count
     * @param seen whose live traffic counts, ejection included
     */
    public synchronized void inherit(EndpointHealth checked, EndpointHealth seen) {
        unwell = checked.unwell;
        lastCheck = checked.lastCheck;
        ejectedUntilNanos = seen.ejectedUntilNanos;
        ejections = seen.ejections;
        ejected = seen.ejected;
        told = told(unwell, ejected);
    }

    /** Whether it can be given attempts: its checks are good, or there are none, and it is not ejected. */
    public boolean usable() {
        return !unwell && !ejected;
    }

    /** What others may know of it: a change is told once {@code onChange} has acted on it. */
    public State state() {
        return told;
    }

    public boolean ejected() {
        return ejected;
    }

    /** Meaningful only when {@link #ejected()}. */
    public long ejectedUntilNanos() {
        return ejectedUntilNanos;
    }

    /** What the last check found; empty when there was none. */
    public String lastCheck() {
        return lastCheck;
    }

    private void tell() {
        onChange.run();
        told = told(unwell, ejected);
    }

    private static State told(boolean unwell, boolean ejected) {
        return unwell ? State.UNHEALTHY : ejected ? State.EJECTED : State.HEALTHY;
    }

    // ---- checks ----

    /**
     * A check has ended.
     *
     * @param good so many in a row make the endpoint healthy
     * @param bad so many in a row make it unhealthy
     */
    void checked(boolean ok, String found, int good, int bad) {
        boolean changed;
        synchronized (this) {
            lastCheck = found;
            goodChecks = ok ? goodChecks + 1 : 0;
            badChecks = ok ? 0 : badChecks + 1;
            boolean before = unwell;
            unwell = before ? goodChecks < good : badChecks >= bad;
            changed = before != unwell;
        }
        if (changed) {
            tell();
        }
    }

    // ---- live traffic ----

    void succeeded() {
        succeeded.incrementAndGet();
        if (!clean) {
            synchronized (this) {
                failuresInARow = 0;
                connectFailuresInARow = 0;
                clean = true;
            }
        }
    }

    /** Counts a failure; says whether it is one too many. */
    synchronized boolean failed(boolean connect, Limits limits, long nowNanos) {
        failed.incrementAndGet();
        clean = false;
        failuresInARow++;
        connectFailuresInARow = connect ? connectFailuresInARow + 1 : 0;
        if (failuresInWindow == 0 || nowNanos - windowStartedNanos > limits.windowNanos()) {
            windowStartedNanos = nowNanos;
            failuresInWindow = 0;
        }
        failuresInWindow++;
        return !ejected
                && (failuresInARow >= limits.inARow()
                        || connectFailuresInARow >= limits.connectsInARow()
                        || failuresInWindow >= limits.inWindow());
    }

    /** How many failures are one too many. */
    record Limits(int inARow, int connectsInARow, int inWindow, long windowNanos) {}

    /** Ejects for the first time's length as often as it was ejected lately, at most for the longest. */
    void eject(long firstNanos, long longestNanos, long nowNanos) {
        synchronized (this) {
            ejections++;
            ejectedUntilNanos = nowNanos + Math.min(longestNanos, firstNanos * ejections);
            ejected = true;
        }
        tell();
    }

    /** Ends an ejection whose time is over. */
    void endEjection(long nowNanos) {
        synchronized (this) {
            if (!ejected || nowNanos - ejectedUntilNanos < 0) {
                return;
            }
            ejected = false;
            failuresInARow = 0;
            connectFailuresInARow = 0;
            failuresInWindow = 0;
        }
        tell();
    }

    /** An interval without ejection has passed. */
    synchronized void forgiveOne() {
        if (!ejected && ejections > 0) {
            ejections--;
        }
    }

    /** Results since the last call: successes in the upper half, failures in the lower one. */
    long takeResults() {
        return ((long) succeeded.getAndSet(0) << 32) | failed.getAndSet(0);
    }
}
