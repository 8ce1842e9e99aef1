// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import io.penstock.harness.http.HttpReport;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What came of a flood.
 *
 * @param before what callers with a place saw without it
 * @param during what they saw in it
 * @param strangers its half that shows no key
 * @param guessers its half that shows a wrong one
 */
public record FloodReport(HttpReport before, HttpReport during, HttpReport strangers, HttpReport guessers) {
    /** So quick an answer says nothing of a difference: the kernel's turns and the collector's pauses are as long. */
    private static final double LEAST_MILLIS = 2;

    /** How many times as long the slowest hundredth took in the flood; of what was quicker than 2 ms before, as if it had taken that. */
    public double ratio() {
        return during.millisAt(99) / Math.max(LEAST_MILLIS, before.millisAt(99));
    }

    /** Requests of callers with a place that were not served, before and in the flood. */
    public long failed() {
        return before.errors() + during.errors();
    }

    /** Requests of the flood. */
    public long flood() {
        return strangers.requests() + guessers.requests();
    }

    /** Those of them that were served. */
    public long floodServed() {
        return flood() - strangers.errors() - guessers.errors();
    }

    /** The flood's requests by status, or by what failed. */
    public SortedMap<String, Long> floodByEnding() {
        var sums = new TreeMap<>(strangers.byEnding());
        guessers.byEnding().forEach((ending, count) -> sums.merge(ending, count, Long::sum));
        return sums;
    }
}
