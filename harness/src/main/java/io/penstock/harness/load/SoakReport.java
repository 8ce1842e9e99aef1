// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import java.util.Map;

/**
 * What a soak saw.
 *
 * @param opened streams opened in all
 * @param peak streams open at once, at most
 * @param finished streams that ended with OK after their last echo
 * @param cancelled streams that this side cancelled
 * @param messages echoed and found whole
 * @param bytes echoed and found whole
 * @param stalls streams without progress for the stated time
 * @param corrupt echoes that differ from what was sent
 * @param unexpected streams that ended on their own with another status than OK, by status
 * @param firstProblem in words, or empty
 */
public record SoakReport(
        long opened,
        long peak,
        long finished,
        long cancelled,
        long messages,
        long bytes,
        long stalls,
        long corrupt,
        Map<String, Long> unexpected,
        String firstProblem,
        double seconds) {

    public SoakReport {
        unexpected = Map.copyOf(unexpected);
    }

    /** Whether there was something to see and nothing wrong with it. */
    public boolean succeeded() {
        return messages > 0 && stalls == 0 && corrupt == 0 && unexpected.isEmpty();
    }
}
