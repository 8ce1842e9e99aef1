// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.cluster;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Units;
import java.time.Duration;
import java.util.Optional;

/**
 * When nothing is sent for a while because too much has failed.
 *
 * @param scope {@code cluster} or {@code endpoint}, default {@code cluster}; what one breaker guards
 * @param failures 1 to 1 000 000, default 10; this many failures within {@code window} open it
 * @param failureRate 1 to 100 percent; opens when this part of the calls within {@code window} fails; absent means that
 *     {@code failures} alone is counted
 * @param minimumCalls 1 to 1 000 000, default 20; with fewer calls in a window there is no rate
 * @param window 1 s to 1 h, default 10 s, in whole seconds
 * @param slowAfter 1 ms to 1 h; an attempt whose response head takes longer counts as a failure; absent means that none does
 * @param openFor 100 ms to 1 h, default 30 s; from opening to the first trial call
 * @param trialCalls 1 to 1 000, default 5; what is let through half-open, and decides
 * @param trialFailures 1 to 1 000, default 1, at most {@code trial-calls}; failures among them that open it again
 */
public record BreakerConfig(
        Scope scope,
        int failures,
        Optional<Integer> failureRate,
        int minimumCalls,
        Duration window,
        Optional<Duration> slowAfter,
        Duration openFor,
        int trialCalls,
        int trialFailures) {

    /** What one breaker guards. */
    public enum Scope {
        CLUSTER,
        ENDPOINT
    }

    public BreakerConfig {
        Check check = new Check()
                .range("failures", failures, 1, 1_000_000)
                .range("minimum-calls", minimumCalls, 1, 1_000_000)
                .range("window", window, ofSeconds(1), ofHours(1))
                .that(
                        "window",
                        window.toMillis() % 1_000 == 0,
                        Units.text(window),
                        "is not valid, expected whole seconds")
                .range("open-for", openFor, ofMillis(100), ofHours(1))
                .range("trial-calls", trialCalls, 1, 1_000)
                .range("trial-failures", trialFailures, 1, 1_000)
                .that(
                        "trial-failures",
                        trialFailures <= trialCalls,
                        trialFailures,
                        "is larger than trial-calls, so it could never be reached");
        failureRate.ifPresent(percent -> check.range("failure-rate", percent, 1, 100));
        slowAfter.ifPresent(time -> check.range("slow-after", time, ofMillis(1), ofHours(1)));
        check.done();
    }

    static BreakerConfig from(ConfigNode node) {
        return new BreakerConfig(
                node.choice("scope", Scope.CLUSTER),
                node.integer("failures", 10),
                node.optionalInteger("failure-rate"),
                node.integer("minimum-calls", 20),
                node.duration("window", ofSeconds(10)),
                node.optionalDuration("slow-after"),
                node.duration("open-for", ofSeconds(30)),
                node.integer("trial-calls", 5),
                node.integer("trial-failures", 1));
    }
}
