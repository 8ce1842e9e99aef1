// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.time.Duration;

/**
 * What came of asking for tokens.
 *
 * @param tokens that were taken; 0 when there were too few
 * @param left that are there now
 * @param again in how long there are as many as were asked for, when nobody else takes any; zero when they were taken
 * @param full in how long the bucket is full
 */
public record Taken(int tokens, int left, Duration again, Duration full) {

    /** Whether there were enough. */
    public boolean granted() {
        return tokens > 0;
    }
}
