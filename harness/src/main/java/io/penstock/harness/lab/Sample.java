// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import io.penstock.harness.terminal.Reading;
import java.io.IOException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The gateway host's sockets and counters at one moment, and how busy the machine was until then.
 *
 * @param atMillis since 1970
 * @param sockets how many, by destination ({@code redis}, {@code backend}, {@code client}, {@code other}) and state
 * @param counters of the kernel, for this host, since it began
 * @param cpuMicros processor time of the gateway so far
 * @param machineMicros time of all processors of the machine so far
 * @param idleMicros how much of that they were idle
 */
public record Sample(
        long atMillis,
        Map<String, Map<String, Long>> sockets,
        Map<Counter, Long> counters,
        long cpuMicros,
        long machineMicros,
        long idleMicros) {

    public static final String REDIS = "redis";
    public static final String BACKEND = "backend";
    private static final String TIME_WAIT = "TIME_WAIT";
    private static final String ESTABLISHED = "ESTABLISHED";

    public Sample {
        var copy = new TreeMap<String, Map<String, Long>>();
        sockets.forEach((to, states) -> copy.put(to, Map.copyOf(states)));
        sockets = Map.copyOf(copy);
        counters = Map.copyOf(counters);
    }

    /** Reads a line of {@code sample.awk}. */
    static Sample parse(String line) throws IOException {
        if (!(Reading.json(line) instanceof Map<?, ?> sample)) {
            throw new IllegalArgumentException("a sample is no JSON object: " + line);
        }
        var counters = new EnumMap<Counter, Long>(Counter.class);
        for (var counter : Counter.values()) {
            counters.put(counter, number(sample, counter.kernelName()));
        }
        return new Sample(
                number(sample, "at_ms"),
                sockets(sample.get("sockets")),
                counters,
                number(sample, "cpu_us"),
                number(sample, "machine_us"),
                number(sample, "idle_us"));
    }

    private static Map<String, Map<String, Long>> sockets(@Nullable Object read) {
        var sockets = new TreeMap<String, Map<String, Long>>();
        if (read instanceof Map<?, ?> destinations) {
            destinations.forEach((to, states) -> {
                if (states instanceof Map<?, ?> byState) {
                    var counts = new TreeMap<String, Long>();
                    byState.keySet().forEach(state -> counts.put(String.valueOf(state), number(byState, state)));
                    sockets.put(String.valueOf(to), counts);
                }
            });
        }
        return sockets;
    }

    private static long number(Map<?, ?> object, @Nullable Object name) {
        if (object.get(name) instanceof Number number) {
            return number.longValue();
        }
        throw new IllegalArgumentException("a sample has " + name + " " + object.get(name) + ", expected a number");
    }

    /** A counter of the kernel. */
    public long counter(Counter counter) {
        return counters.getOrDefault(counter, 0L);
    }

    /** Sockets in TIME_WAIT, whatever they were connected to. */
    public long waiting() {
        return all(TIME_WAIT);
    }

    /** Those to one destination. */
    public long waiting(String destination) {
        return count(destination, TIME_WAIT);
    }

    /** Connections to one destination that are open. */
    public long open(String destination) {
        return count(destination, ESTABLISHED);
    }

    /** Sockets that are neither open nor in TIME_WAIT nor listening: on their way into or out of a connection. */
    public long between() {
        long sum = sockets.values().stream()
                .map(Map::values)
                .flatMap(Collection::stream)
                .mapToLong(Long::longValue)
                .sum();
        return sum - all(TIME_WAIT) - all(ESTABLISHED) - all("LISTEN");
    }

    private long all(String state) {
        return sockets.keySet().stream().mapToLong(to -> count(to, state)).sum();
    }

    private long count(String destination, String state) {
        return sockets.getOrDefault(destination, Map.of()).getOrDefault(state, 0L);
    }
}
