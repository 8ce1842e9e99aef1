// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import java.util.Map;

/**
 * What callers got in one second.
 *
 * @param atMillis when it began, since 1970
 * @param failed by cause
 * @param inFlight calls under way at most
 * @param crowded calls that began while as many as the article's pools have places were under way
 * @param lateMillis how long after its time a call began, at most: the machine's delay, not the gateway's
 */
public record Moment(
        long atMillis,
        long ok,
        long unsent,
        Map<String, Long> failed,
        double p50Millis,
        double p99Millis,
        long inFlight,
        long crowded,
        double lateMillis) {

    public Moment {
        failed = Map.copyOf(failed);
    }

    /** Calls that did not end with OK. */
    public long failures() {
        return failed.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Calls that failed for lack of a local port. */
    public long noPort() {
        return failed.getOrDefault(StageRun.NO_PORT, 0L);
    }

    Moment failed(Map<String, Long> causes) {
        return new Moment(atMillis, ok, unsent, causes, p50Millis, p99Millis, inFlight, crowded, lateMillis);
    }
}
