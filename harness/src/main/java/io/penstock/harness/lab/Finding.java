// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

/**
 * One assertion of the laboratory.
 *
 * @param claim what must come out
 * @param predicted in words and numbers
 * @param measured in words and numbers
 * @param why it could not be judged; empty when it was
 */
public record Finding(
        String subject, String stage, String claim, String predicted, String measured, Outcome outcome, String why) {

    /** Whether it was shown. */
    public boolean holds() {
        return outcome == Outcome.HOLDS;
    }
}
