// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import io.penstock.harness.http.HttpOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Sorts what happens in a drill into slices of equal length; written by many threads, read when all have ended.
 *
 * <p>A request belongs to the slice in which it was to begin, an arrival to the one in which it came.
 */
final class Timeline {

    private static final long MAX_MICROS = Duration.ofMinutes(10).toMillis() * 1000;
    private static final int OK = 0;
    private static final int FALLBACK = 1;
    private static final int FAILED = 2;

    private final List<Phase> phases;
    private final long beginNanos;
    private final long sliceNanos;
    private final int slices;
    private final int backends;
    private final AtomicLongArray outcomes;
    private final AtomicLongArray arrivals;
    private final List<ConcurrentHistogram> latencies = new ArrayList<>();

    Timeline(List<Phase> phases, Duration slice, int backends, long beginNanos) {
        this.phases = List.copyOf(phases);
        this.beginNanos = beginNanos;
        this.sliceNanos = slice.toNanos();
        this.backends = backends;
        long wholeNanos = phases.stream().mapToLong(p -> p.duration().toNanos()).sum();
        this.slices = Math.toIntExact((wholeNanos + sliceNanos - 1) / sliceNanos);
        this.outcomes = new AtomicLongArray(slices * 3);
        this.arrivals = new AtomicLongArray(slices * backends);
        for (int i = 0; i < slices; i++) {
            latencies.add(new ConcurrentHistogram(1, MAX_MICROS, 2));
        }
    }

    void ended(HttpOutcome outcome) {
        int slice = slice(outcome.intendedNanos());
        if (slice >= 0) {
            int kind = !outcome.succeeded() ? FAILED : outcome.backend().isEmpty() ? FALLBACK : OK;
            outcomes.incrementAndGet(slice * 3 + kind);
            long micros = (outcome.endNanos() - outcome.intendedNanos()) / 1000;
            latencies.get(slice).recordValue(Math.clamp(micros, 1, MAX_MICROS));
        }
    }

    void arrived(int backend, long nanos) {
        int slice = slice(nanos);
        if (slice >= 0) {
            arrivals.incrementAndGet(slice * backends + backend);
        }
    }

    /** The slice of an instant; -1 before and after the drill. */
    private int slice(long nanos) {
        long slice = Math.floorDiv(nanos - beginNanos, sliceNanos);
        return slice < 0 || slice >= slices ? -1 : (int) slice;
    }

    List<Slice> slices() {
        var all = new ArrayList<Slice>();
        for (int i = 0; i < slices; i++) {
            all.add(sum(phaseAt(i).name(), i, i + 1));
        }
        return all;
    }

    /** One sum for each phase. A slice counts for the phase in which it begins. */
    List<Slice> phaseSums() {
        var sums = new ArrayList<Slice>();
        int from = 0;
        long endNanos = 0;
        for (var phase : phases) {
            endNanos += phase.duration().toNanos();
            int to = (int) Math.min(slices, (endNanos + sliceNanos - 1) / sliceNanos);
            sums.add(sum(phase.name(), from, to));
            from = to;
        }
        return sums;
    }

    private Phase phaseAt(int slice) {
        long at = slice * sliceNanos;
        for (var phase : phases) {
            at -= phase.duration().toNanos();
            if (at < 0) {
                return phase;
            }
        }
        return phases.getLast();
    }

    private Slice sum(String phase, int from, int to) {
        var latency = new Histogram(1, MAX_MICROS, 2);
        long[] counts = new long[3];
        var reached = new ArrayList<Long>();
        for (int backend = 0; backend < backends; backend++) {
            long sum = 0;
            for (int i = from; i < to; i++) {
                sum += arrivals.get(i * backends + backend);
            }
            reached.add(sum);
        }
        for (int i = from; i < to; i++) {
            latency.add(latencies.get(i));
            for (int kind = 0; kind < 3; kind++) {
                counts[kind] += outcomes.get(i * 3 + kind);
            }
        }
        return new Slice(
                phase,
                from * (sliceNanos / 1_000_000),
                counts[OK] + counts[FALLBACK] + counts[FAILED],
                counts[OK],
                counts[FALLBACK],
                counts[FAILED],
                latency.getValueAtPercentile(50) / 1000.0,
                latency.getValueAtPercentile(99) / 1000.0,
                reached);
    }
}
