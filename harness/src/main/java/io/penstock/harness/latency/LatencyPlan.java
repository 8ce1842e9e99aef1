// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * What to measure.
 *
 * @param gateway speaks cleartext HTTP/2 and looks the field {@code jobid} up in Redis
 * @param redis that very Redis; the key is written to it
 * @param key the {@code jobid}, of which nobody else makes use
 * @param rounds cancels, and as many changes of the key
 * @param patience how long each effect may take before the run fails
 */
public record LatencyPlan(
        InetSocketAddress gateway, InetSocketAddress redis, String key, int rounds, Duration patience) {}
