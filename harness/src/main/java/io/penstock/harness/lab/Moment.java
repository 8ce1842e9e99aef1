// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import java.util.Map;

/**
 * What callers got in one second.
 *
 * @param atMillis when it began, since 1970
 * @param failed by cause
 */
public record Moment(
        long atMillis, long ok, long unsent, Map<String, Long> failed, double p50Millis, double p99Millis) {

    public Moment {
        failed = Map.copyOf(failed);
    }

    /** Calls that did not end with OK. */
    public long failures() {
        return failed.values().stream().mapToLong(Long::longValue).sum();
    }
}
