// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

/**
 * What became of one request.
 *
 * @param intendedNanos when it was to begin, by {@link System#nanoTime}
 * @param endNanos when its answer had ended, or failed
 * @param status of the answer; 0 when none came to its end
 * @param bodyBytes of the answer
 * @param backend the answer's {@code x-backend}, or empty
 * @param problem what failed, or empty: {@code connect}, {@code timeout}, {@code closed}, {@code unsent} or {@code answer}
 * @param detail of the problem, or empty
 */
public record HttpOutcome(
        long intendedNanos, long endNanos, int status, long bodyBytes, String backend, String problem, String detail) {

    /** Whether an answer came, and its status is 2xx. */
    public boolean succeeded() {
        return status >= 200 && status < 300;
    }

    /** The status, or the problem where there is none. */
    public String ending() {
        return problem.isEmpty() ? Integer.toString(status) : problem;
    }
}
