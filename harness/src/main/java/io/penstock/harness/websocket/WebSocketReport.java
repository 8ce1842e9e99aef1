// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.websocket;

import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What became of the sockets of one run.
 *
 * @param opened sockets whose handshake was accepted
 * @param stillOpen those of them that were open when the run ended
 * @param closed those of them that were not, by close code, or by what failed
 * @param refused the others, by status, or by what failed
 * @param sent messages
 * @param echoed messages that came back as they were sent
 * @param wrong messages that came back otherwise, or that nobody sent
 * @param late messages that had not come back after the timeout
 * @param latency of the echoes in microseconds
 * @param firstProblem in words, or empty
 */
public record WebSocketReport(
        WebSocketPlan plan,
        int opened,
        int stillOpen,
        SortedMap<String, Long> closed,
        SortedMap<String, Long> refused,
        long sent,
        long echoed,
        long wrong,
        long late,
        Histogram latency,
        String firstProblem) {

    public WebSocketReport {
        closed = new TreeMap<>(closed);
        refused = new TreeMap<>(refused);
    }

    /** Whether every socket was opened, stayed open and had every message echoed. */
    public boolean succeeded() {
        return stillOpen == plan.sockets() && sent > 0 && wrong == 0 && late == 0;
    }
}
