// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * A stage and what was measured in it.
 *
 * @param samples in order of time; at least two
 * @param moments in order of time; at least one
 */
public record StageRun(Stage stage, List<Sample> samples, List<Moment> moments) {

    /** What the gateway says when this machine has no port left. */
    static final String NO_PORT = "no-local-port";

    public StageRun {
        samples = List.copyOf(samples);
        moments = List.copyOf(moments);
        if (samples.size() < 2 || moments.isEmpty()) {
            throw new IllegalArgumentException(
                    "stage " + stage.id() + " of " + stage.subject() + " has " + samples.size() + " samples and "
                            + moments.size() + " seconds of load, expected two and one at least");
        }
    }

    /** How much a counter of the kernel grew. */
    public long grown(Counter counter) {
        return grown(sample -> sample.counter(counter));
    }

    private long grown(ToLongFunction<Sample> counter) {
        return counter.applyAsLong(samples.getLast()) - counter.applyAsLong(samples.getFirst());
    }

    /** The largest value that was seen. */
    public long most(ToLongFunction<Sample> gauge) {
        return samples.stream().mapToLong(gauge).max().orElse(0);
    }

    /** How much was there at most beyond what was there before, such as sockets that the warm-up left. */
    long added(ToLongFunction<Sample> gauge) {
        return most(gauge) - gauge.applyAsLong(samples.getFirst());
    }

    public long ok() {
        return moments.stream().mapToLong(Moment::ok).sum();
    }

    public long failed() {
        return moments.stream().mapToLong(Moment::failures).sum();
    }

    public long unsent() {
        return moments.stream().mapToLong(Moment::unsent).sum();
    }

    /** Calls that failed, by cause. */
    public Map<String, Long> causes() {
        var causes = new TreeMap<String, Long>();
        for (var moment : moments) {
            moment.failed().forEach((cause, count) -> causes.merge(cause, count, Long::sum));
        }
        return causes;
    }

    /** Calls that failed for lack of a local port, as callers are told or as the subject logs. */
    public long noPort() {
        return moments.stream().mapToLong(Moment::noPort).sum();
    }

    /** Connections opened each second, on average. */
    public double openedPerSecond() {
        return grown(Counter.ACTIVE_OPENS) / seconds();
    }

    public double cpuMicrosPerCall() {
        return grown(Sample::cpuMicros) / (double) Math.max(1, ok() + failed());
    }

    /** When the first call failed for lack of a port, in seconds of load; NaN when none did. */
    public double firstNoPort() {
        for (int i = 0; i < moments.size(); i++) {
            var moment = moments.get(i);
            if (moment.noPort() > 0) {
                return i + moment.ok() / Math.max(1.0, (double) (moment.ok() + moment.failures()));
            }
        }
        return Double.NaN;
    }

    /** Calls under way at most. */
    public long inFlight() {
        return moments.stream().mapToLong(Moment::inFlight).max().orElse(0);
    }

    /** Calls that began while as many as the article's pools have places were under way. */
    public long crowded() {
        return moments.stream().mapToLong(Moment::crowded).sum();
    }

    /** How long after its time a call began, at most. */
    public double lateMillis() {
        return moments.stream().mapToDouble(Moment::lateMillis).max().orElse(0);
    }

    /** How much of the machine's processor time was idle; 1 where the machine does not tell. */
    public double idle() {
        long all = grown(Sample::machineMicros);
        return all <= 0 ? 1 : Math.clamp(grown(Sample::idleMicros) / (double) all, 0, 1);
    }

    /** The median of the seconds' percentiles. */
    public double medianP50() {
        return median(moments.stream().mapToDouble(Moment::p50Millis).sorted().toArray());
    }

    public double medianP99() {
        return median(moments.stream().mapToDouble(Moment::p99Millis).sorted().toArray());
    }

    private static double median(double[] sorted) {
        return sorted[sorted.length / 2];
    }

    /** From the first sample to the last. */
    public double seconds() {
        return Math.max(1, samples.getLast().atMillis() - samples.getFirst().atMillis()) / 1000.0;
    }
}
