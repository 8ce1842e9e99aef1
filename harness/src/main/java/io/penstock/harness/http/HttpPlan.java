// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What load to make.
 *
 * @param perSecond requests that begin each second, at equal gaps; without it each connection sends its next request when
 *     its last was answered (closed loop)
 * @param connections open at a time, and so the most requests in flight
 * @param fields of each request, as {@code name: value}
 * @param bodyBytes of each request
 * @param duration after the warm-up
 * @param warmup the same load before, not recorded
 * @param timeout of one connect, and of one request from its sending to the end of its answer
 */
public record HttpPlan(
        HttpTarget target,
        OptionalDouble perSecond,
        int connections,
        String method,
        List<String> fields,
        long bodyBytes,
        Duration duration,
        Duration warmup,
        Duration timeout) {

    public HttpPlan {
        fields = List.copyOf(fields);
    }
}
