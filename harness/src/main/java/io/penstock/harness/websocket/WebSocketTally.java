// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.websocket;

import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/** Counts what all sockets of a run see; written by many threads. */
final class WebSocketTally {

    private static final long MAX_MICROS = Duration.ofHours(1).toMillis() * 1000;

    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger stillOpen = new AtomicInteger();
    final LongAdder sent = new LongAdder();
    final LongAdder wrong = new LongAdder();
    final LongAdder late = new LongAdder();
    private final LongAdder echoed = new LongAdder();
    private final Map<String, LongAdder> closed = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> refused = new ConcurrentHashMap<>();
    private final ConcurrentHistogram latency = new ConcurrentHistogram(1, MAX_MICROS, 3);
    private final AtomicReference<@Nullable String> firstProblem = new AtomicReference<>();

    void echoed(long nanos) {
        echoed.increment();
        latency.recordValue(Math.clamp(nanos / 1000, 1, MAX_MICROS));
    }

    void closed(String how) {
        closed.computeIfAbsent(how, k -> new LongAdder()).increment();
        problem("closed: " + how);
    }

    void refused(String how) {
        refused.computeIfAbsent(how, k -> new LongAdder()).increment();
        problem("refused: " + how);
    }

    void problem(String text) {
        firstProblem.compareAndSet(null, text);
    }

    String progress() {
        return "opened=" + opened.get() + " sent=" + sent.sum() + " echoed=" + echoed.sum() + " closed=" + sums(closed);
    }

    WebSocketReport report(WebSocketPlan plan) {
        var problem = firstProblem.get();
        return new WebSocketReport(
                plan,
                opened.get(),
                stillOpen.get(),
                sums(closed),
                sums(refused),
                sent.sum(),
                echoed.sum(),
                wrong.sum(),
                late.sum(),
                latency,
                problem == null ? "" : problem);
    }

    private static SortedMap<String, Long> sums(Map<String, LongAdder> counts) {
        var sums = new TreeMap<String, Long>();
        counts.forEach((name, count) -> sums.put(name, count.sum()));
        return sums;
    }
}
