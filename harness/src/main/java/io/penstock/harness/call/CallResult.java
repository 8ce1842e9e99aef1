// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.call;

import io.penstock.harness.wire.Field;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * How a call went.
 *
 * @param succeeded gRPC status OK, or HTTP status 2xx, and every expected message
 * @param status a gRPC status name, an HTTP status, or {@code FAILED} when no answer came
 * @param detail the status message, or why there was no answer; may be empty
 * @param backend the answer's {@code x-backend}, or empty
 * @param messages answer messages received
 * @param bytes answer bytes received
 * @param trailers the trailers; for a GET the response head too
 */
public record CallResult(
        CallPlan plan,
        boolean succeeded,
        String status,
        String detail,
        Duration took,
        String backend,
        long messages,
        long bytes,
        List<Field> trailers) {

    public CallResult {
        trailers = List.copyOf(trailers);
    }

    /** The time in milliseconds, with two decimals. */
    public String tookMillis() {
        return String.format(Locale.ROOT, "%.2f", took.toNanos() / 1e6);
    }
}
