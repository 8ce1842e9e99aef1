// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.latency;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * What to measure.
 *
 * @param gateway speaks cleartext HTTP/2 and looks the field {@code jobid} up in Redis
 * @param redis that very Redis; the key is written to it, and another one that begins with it
 * @param key the {@code jobid}, of which nobody else makes use
 * @param bodies a path whose requests the gateway, then of cleartext HTTP/1.1 too, sends to HTTP/1.1 upstreams, looked up by the same
 *     field; empty: bytes of bodies are not measured
 * @param rounds of each effect
 * @param patience how long each effect may take before the run fails
 */
public record LatencyPlan(
        InetSocketAddress gateway,
        InetSocketAddress redis,
        String key,
        Optional<String> bodies,
        int rounds,
        Duration patience) {}
