// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/**
 * Counts calls as they end; written by many threads, read when all have ended (or for progress, roughly, before).
 *
 * <p>A call counts when it was intended to begin after the warm-up.
 */
final class Ledger {

    private static final long MAX_MICROS = Duration.ofHours(1).toMillis() * 1000;
    private static final int MAX_BACKENDS = 100;

    private final ConcurrentHistogram latency = new ConcurrentHistogram(1, MAX_MICROS, 3);
    private final Map<String, LongAdder> byStatus = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> byBackend = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Integer, SecondTally> seconds = new ConcurrentSkipListMap<>();
    private final LongAdder ended = new LongAdder();
    private final LongAdder unsent = new LongAdder();
    private final AtomicReference<@Nullable String> firstError = new AtomicReference<>();
    private final long measuredFromNanos;
    private final long measuredFromMillis;
    private volatile long lastEndNanos;

    Ledger(long measuredFromNanos) {
        this.measuredFromNanos = measuredFromNanos;
        this.measuredFromMillis = System.currentTimeMillis() + (measuredFromNanos - System.nanoTime()) / 1_000_000;
        this.lastEndNanos = measuredFromNanos;
    }

    /** A call of the open loop begins, as one of so many that are under way. */
    void begun(long intendedNanos, long nowNanos, int together, boolean crowded) {
        if (intendedNanos - measuredFromNanos >= 0) {
            second(intendedNanos).begun(nowNanos - intendedNanos, together, crowded);
        }
    }

    void ended(LoadCall call, long endNanos, Status status) {
        long intendedNanos = call.intendedNanos();
        String backend = call.backend();
        if (intendedNanos - measuredFromNanos < 0) {
            return;
        }
        record(intendedNanos, endNanos);
        ended.increment();
        second(intendedNanos).ended(endNanos - intendedNanos, status, call.cause());
        byStatus.computeIfAbsent(status.getCode().name(), k -> new LongAdder()).increment();
        if (!backend.isEmpty() && (byBackend.containsKey(backend) || byBackend.size() < MAX_BACKENDS)) {
            byBackend.computeIfAbsent(backend, k -> new LongAdder()).increment();
        }
        if (!status.isOk() && firstError.get() == null) {
            firstError.compareAndSet(null, Objects.requireNonNullElse(status.getDescription(), "no message"));
        }
    }

    void unsent(long intendedNanos, long nowNanos) {
        if (intendedNanos - measuredFromNanos >= 0) {
            record(intendedNanos, nowNanos);
            unsent.increment();
            second(intendedNanos).unsent();
        }
    }

    private SecondTally second(long intendedNanos) {
        int number = (int) ((intendedNanos - measuredFromNanos) / 1_000_000_000);
        return seconds.computeIfAbsent(number, n -> new SecondTally());
    }

    List<LoadSecond> seconds() {
        return seconds.entrySet().stream()
                .map(entry -> entry.getValue().sum(entry.getKey(), measuredFromMillis + entry.getKey() * 1000L))
                .toList();
    }

    private void record(long intendedNanos, long endNanos) {
        latency.recordValue(Math.clamp((endNanos - intendedNanos) / 1000, 1, MAX_MICROS));
        lastEndNanos = endNanos;
    }

    /** Calls that ended since the warm-up. */
    long count() {
        return ended.sum();
    }

    /** Calls that ended with anything but OK. */
    long errors() {
        var ok = byStatus.get(Status.Code.OK.name());
        return count() - (ok == null ? 0 : ok.sum());
    }

    LoadReport report(LoadPlan plan) {
        return new LoadReport(
                plan,
                count(),
                unsent.sum(),
                errors(),
                (lastEndNanos - measuredFromNanos) / 1e9,
                latency,
                sums(byStatus),
                sums(byBackend),
                Objects.requireNonNullElse(firstError.get(), ""));
    }

    private static Map<String, Long> sums(Map<String, LongAdder> counts) {
        return counts.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().sum()));
    }
}
