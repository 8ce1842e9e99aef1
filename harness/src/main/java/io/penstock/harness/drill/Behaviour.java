// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drill;

import java.time.Duration;

/**
 * How a controlled backend behaves.
 *
 * @param delay before each answer
 * @param failPercent of the requests, spread evenly, are answered with 503
 * @param down nothing listens, and open connections are reset
 */
public record Behaviour(Duration delay, int failPercent, boolean down) {

    /** Answers at once and well. */
    public static final Behaviour FINE = new Behaviour(Duration.ZERO, 0, false);

    /** Answers well, after a while. */
    public static Behaviour slow(Duration delay) {
        return new Behaviour(delay, 0, false);
    }

    /** Answers every request with 503, at once. */
    public static Behaviour failing() {
        return new Behaviour(Duration.ZERO, 100, false);
    }

    /** Refuses connections. */
    public static Behaviour gone() {
        return new Behaviour(Duration.ZERO, 0, true);
    }

    /** Whether it answers requests with anything but 503. */
    public boolean serves() {
        return !down && failPercent < 100;
    }
}
