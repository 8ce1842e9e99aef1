// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what the callers of one kind see; written by many threads. */
final class Tally {

    private final String kind;
    private final LongAdder requests = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder connections = new LongAdder();
    private final LongAdder turnedAway = new LongAdder();
    private final AtomicReference<@Nullable String> problem = new AtomicReference<>();
    private volatile long atSignal = -1;
    private volatile long signalNanos;

    Tally(String kind) {
        this.kind = kind;
    }

    void connected() {
        connections.increment();
    }

    void turnedAway() {
        turnedAway.increment();
    }

    void answered() {
        requests.increment();
    }

    void failed(String why) {
        requests.increment();
        failed.increment();
        problem.compareAndSet(null, why + when());
    }

    boolean draining() {
        return atSignal >= 0;
    }

    private String when() {
        return atSignal < 0 ? "" : ", " + (System.nanoTime() - signalNanos) / 1_000_000 + " ms after the signal";
    }

    long requests() {
        return requests.sum();
    }

    /** What ends from now on ends while the gateway drains. */
    void signalled() {
        signalNanos = System.nanoTime();
        atSignal = requests.sum();
    }

    DrainReport.Line line() {
        long all = requests.sum();
        var first = problem.get();
        return new DrainReport.Line(
                kind,
                all,
                atSignal < 0 ? 0 : all - atSignal,
                failed.sum(),
                connections.sum(),
                turnedAway.sum(),
                first == null ? "" : first);
    }
}
