// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import java.util.List;

/**
 * What happened in one slice of a drill, or in one phase of it.
 *
 * @param phase its name
 * @param millis when it began, since the drill did
 * @param requests that callers meant to begin in it
 * @param ok answered 2xx by a backend
 * @param fallback answered 2xx by the gateway itself
 * @param failed all others
 * @param p50Millis latency of all of them, from the intended begin
 * @param p99Millis likewise
 * @param arrivals requests that reached each backend in it, in the order of the backends
 */
public record Slice(
        String phase,
        long millis,
        long requests,
        long ok,
        long fallback,
        long failed,
        double p50Millis,
        double p99Millis,
        List<Long> arrivals) {

    public Slice {
        arrivals = List.copyOf(arrivals);
    }

    /** The part of the requests that a backend answered, 0 to 1; 1 without any. */
    public double availability() {
        return requests == 0 ? 1 : (double) ok / requests;
    }

    /** Requests that reached any backend. */
    public long arrived() {
        return arrivals.stream().mapToLong(n -> n).sum();
    }

    /** What backends got beyond one request for each of a caller: 0.2 is a fifth more; negative when less reached them. */
    public double extraLoad() {
        return requests == 0 ? 0 : (double) arrived() / requests - 1;
    }
}
