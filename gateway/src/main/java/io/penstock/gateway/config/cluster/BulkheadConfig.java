// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.cluster;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;
import java.util.Optional;

/**
 * How many exchanges a cluster may have at a time.
 *
 * @param maxActive 1 to 1 000 000; required
 * @param maxWaiting 0 to 1 000 000, default 0; exchanges that may wait for a place
 * @param waitingTimeout 1 ms to 1 min, default 1 s; how long each of them waits
 * @param adaptTo 1 ms to 1 h; while response heads take longer the number shrinks by tenths, down to {@code min-active}, and grows one by
 *     one otherwise, up to {@code max-active}; absent means that it stays at {@code max-active}
 * @param minActive 1 to 1 000 000, default 1, at most {@code max-active}; how far it shrinks
 */
public record BulkheadConfig(
        int maxActive, int maxWaiting, Duration waitingTimeout, Optional<Duration> adaptTo, int minActive) {

    public BulkheadConfig {
        Check check = new Check()
                .range("max-active", maxActive, 1, 1_000_000)
                .range("max-waiting", maxWaiting, 0, 1_000_000)
                .range("waiting-timeout", waitingTimeout, ofMillis(1), ofMinutes(1))
                .range("min-active", minActive, 1, 1_000_000)
                .that(
                        "min-active",
                        minActive <= maxActive,
                        minActive,
                        "is larger than max-active, expected at most that");
        adaptTo.ifPresent(time -> check.range("adapt-to", time, ofMillis(1), java.time.Duration.ofHours(1)));
        check.done();
    }

    static BulkheadConfig from(ConfigNode node) {
        return new BulkheadConfig(
                node.integer("max-active"),
                node.integer("max-waiting", 0),
                node.duration("waiting-timeout", ofSeconds(1)),
                node.optionalDuration("adapt-to"),
                node.integer("min-active", 1));
    }
}
