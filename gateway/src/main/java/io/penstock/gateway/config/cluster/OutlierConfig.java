// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.cluster;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Units;
import java.time.Duration;
import java.util.Optional;

/**
 * When live traffic shows that an endpoint should have a rest. An ejected endpoint gets nothing until its ejection ends.
 *
 * @param maxFails 1 to 1 000 000; this many failures within {@code fail-timeout} eject; absent means no limit
 * @param failTimeout 100 ms to 1 h, default 10 s
 * @param consecutiveFailures 1 to 1 000 000, default 5; failures in a row that eject
 * @param consecutiveConnectFailures 1 to 1 000 000, default 3; connections in a row that did not come about
 * @param interval 100 ms to 1 h, default 10 s; how often success rates are compared
 * @param successRateRequests 1 to 1 000 000, default 100; an endpoint with fewer results in an interval is not compared
 * @param successRateEndpoints 2 to 1 000, default 5; with fewer endpoints that can be compared nothing is ejected
 * @param successRateFactor 1 to 100, default 19; tenths of standard deviations below the mean that eject
 * @param ejection 100 ms to 1 h, default 30 s; the first ejection; each further one lasts longer by as much
 * @param maxEjection 100 ms to 24 h, default 5 min, at least {@code ejection}
 * @param maxEjectedPercent 0 to 100, default 50; of a cluster's endpoints, ejected at a time
 */
public record OutlierConfig(
        Optional<Integer> maxFails,
        Duration failTimeout,
        int consecutiveFailures,
        int consecutiveConnectFailures,
        Duration interval,
        int successRateRequests,
        int successRateEndpoints,
        int successRateFactor,
        Duration ejection,
        Duration maxEjection,
        int maxEjectedPercent) {

    public OutlierConfig {
        Check check = new Check()
                .range("fail-timeout", failTimeout, ofMillis(100), ofHours(1))
                .range("consecutive-failures", consecutiveFailures, 1, 1_000_000)
                .range("consecutive-connect-failures", consecutiveConnectFailures, 1, 1_000_000)
                .range("interval", interval, ofMillis(100), ofHours(1))
                .range("success-rate-requests", successRateRequests, 1, 1_000_000)
                .range("success-rate-endpoints", successRateEndpoints, 2, 1_000)
                .range("success-rate-factor", successRateFactor, 1, 100)
                .range("ejection", ejection, ofMillis(100), ofHours(1))
                .range("max-ejection", maxEjection, ofMillis(100), ofHours(24))
                .range("max-ejected-percent", maxEjectedPercent, 0, 100)
                .that(
                        "max-ejection",
                        maxEjection.compareTo(ejection) >= 0,
                        Units.text(maxEjection),
                        "is shorter than ejection, expected at least as much");
        maxFails.ifPresent(count -> check.range("max-fails", count, 1, 1_000_000));
        check.done();
    }

    static OutlierConfig from(ConfigNode node) {
        return new OutlierConfig(
                node.optionalInteger("max-fails"),
                node.duration("fail-timeout", ofSeconds(10)),
                node.integer("consecutive-failures", 5),
                node.integer("consecutive-connect-failures", 3),
                node.duration("interval", ofSeconds(10)),
                node.integer("success-rate-requests", 100),
                node.integer("success-rate-endpoints", 5),
                node.integer("success-rate-factor", 19),
                node.duration("ejection", ofSeconds(30)),
                node.duration("max-ejection", ofMinutes(5)),
                node.integer("max-ejected-percent", 50));
    }
}
