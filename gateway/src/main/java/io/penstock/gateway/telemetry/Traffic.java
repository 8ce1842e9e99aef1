// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import java.util.List;

/**
 * What was counted of exchanges since the process began, as it is at one moment.
 *
 * @param boundsSeconds the upper bounds of the buckets of {@link Pair#latencies}, each included
 * @param pairs one for each route and cluster that was used; bounded as {@link Metrics} says, with {@code overflow} for the rest
 * @param unplaced exchanges that ended in a combination of causes and statuses for which there was no room: they are in the latencies of
 *     their pair and in none of its endings
 */
public record Traffic(List<Double> boundsSeconds, List<Pair> pairs, long unplaced) {

    public Traffic {
        boundsSeconds = List.copyOf(boundsSeconds);
        pairs = List.copyOf(pairs);
    }

    /**
     * One route and the cluster or look-up that it led to.
     *
     * @param latencies how many exchanges took as long, one for each bound and one for what is above them all
     * @param latencySum of all of them, in seconds
     */
    public record Pair(
            String route,
            String cluster,
            List<Ending> endings,
            long requestBytes,
            long responseBytes,
            List<Long> latencies,
            double latencySum) {

        public Pair {
            endings = List.copyOf(endings);
            latencies = List.copyOf(latencies);
        }
    }

    /**
     * How many exchanges ended so.
     *
     * @param cause the slug of the cause; {@code none} for those that ended well
     * @param status the class of the HTTP status, such as {@code 2xx}; {@code none} when there was none
     * @param grpcStatus the number of the gRPC status; {@code none} where there was none
     */
    public record Ending(String cause, String status, String grpcStatus, long count) {}
}
