// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import io.grpc.Status;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the streams of a soak add up to; written by all of them. */
final class SoakCounts {

    private static final int TOO_MANY_PROBLEMS = 100;

    private final LongAdder opened = new LongAdder();
    private final AtomicInteger open = new AtomicInteger();
    private final LongAccumulator peak = new LongAccumulator(Math::max, 0);
    private final LongAdder finished = new LongAdder();
    private final LongAdder cancelled = new LongAdder();
    private final LongAdder messages = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder stalls = new LongAdder();
    private final LongAdder corrupt = new LongAdder();
    private final AtomicInteger problems = new AtomicInteger();
    private final Map<String, LongAdder> unexpected = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable String> firstProblem = new AtomicReference<>();

    void opened() {
        opened.increment();
        peak.accumulate(open.incrementAndGet());
    }

    void closed() {
        open.decrementAndGet();
    }

    void finished() {
        finished.increment();
    }

    void cancelled() {
        cancelled.increment();
    }

    void echoed(int size) {
        messages.increment();
        bytes.add(size);
    }

    void stalled(String what) {
        stalls.increment();
        problem("stall: " + what);
    }

    void corrupt(String what) {
        corrupt.increment();
        problem("corrupt: " + what);
    }

    void unexpected(Status status) {
        unexpected
                .computeIfAbsent(status.getCode().name(), k -> new LongAdder())
                .increment();
        problem(status.getCode() + " " + status.getDescription());
    }

    private void problem(String what) {
        problems.incrementAndGet();
        firstProblem.compareAndSet(null, what);
    }

    boolean hopeless() {
        return problems.get() >= TOO_MANY_PROBLEMS;
    }

    String progress() {
        return "open=" + open.get() + " messages=" + messages.sum() + " MiB=" + (bytes.sum() >> 20) + " cancelled="
                + cancelled.sum() + " problems=" + problems.get();
    }

    SoakReport report(double seconds) {
        return new SoakReport(
                opened.sum(),
                peak.get(),
                finished.sum(),
                cancelled.sum(),
                messages.sum(),
                bytes.sum(),
                stalls.sum(),
                corrupt.sum(),
                unexpected.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, e -> e.getValue().sum())),
                Objects.requireNonNullElse(firstProblem.get(), ""),
                seconds);
    }
}
