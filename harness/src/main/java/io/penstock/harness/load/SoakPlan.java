// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * A soak of bidirectional streams.
 *
 * @param streams open at any time
 * @param connections channels, each with one connection, used in turn
 * @param minBytes the smallest message
 * @param maxBytes the largest message, at most {@code inFlightBytes}
 * @param inFlightBytes of all messages that are on their way there or back; bounds this process's memory
 * @param cancelPercent messages of a hundred after which the caller cancels its stream
 * @param stall the time without an echo after which a stream counts as stalled
 * @param seed of sizes, contents and cancels
 */
public record SoakPlan(
        InetSocketAddress to,
        int streams,
        int connections,
        int minBytes,
        int maxBytes,
        int inFlightBytes,
        int cancelPercent,
        Duration duration,
        Duration stall,
        long seed,
        List<String> jobids) {

    public SoakPlan {
        jobids = List.copyOf(jobids);
    }
}
