// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.cluster;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;
import java.util.Optional;

/**
 * Which endpoint of a cluster gets the next attempt.
 *
 * @param policy {@code peak-ewma}, {@code round-robin}, {@code least-requests}, {@code weighted-random}, {@code consistent-hash} or
 *     {@code sticky-cookie}, default {@code peak-ewma}
 * @param hashOn {@code client-address}, {@code path}, {@code header:NAME} or {@code cookie:NAME}, default {@code client-address}; what
 *     {@code consistent-hash} keeps together
 * @param loadBound 105 to 1 000, default 125; percent of its fair share that an endpoint of {@code consistent-hash} may be given
 * @param cookie default {@code penstock-endpoint}; the name of the cookie of {@code sticky-cookie}
 * @param decay 100 ms to 10 min, default 10 s; in this time what was measured of an endpoint fades to a third
 * @param slowStart 1 s to 1 h; over this time the weight of an endpoint that is new or back grows from a tenth to the whole; absent
 *     means at once; not with {@code consistent-hash}, whose keys would move back and forth
 */
public record BalancerConfig(
        Policy policy, HashOn hashOn, int loadBound, String cookie, Duration decay, Optional<Duration> slowStart) {

    /** How an endpoint is chosen. */
    public enum Policy {
        PEAK_EWMA,
        ROUND_ROBIN,
        LEAST_REQUESTS,
        WEIGHTED_RANDOM,
        CONSISTENT_HASH,
        STICKY_COOKIE
    }

    public BalancerConfig {
        Check check = new Check()
                .range("load-bound", loadBound, 105, 1_000)
                .that("cookie", HashOn.token(cookie), Check.quoted(cookie), "is not the name of a cookie")
                .range("decay", decay, ofMillis(100), ofMinutes(10));
        slowStart.ifPresent(time -> check.range("slow-start", time, ofSeconds(1), ofHours(1)));
        check.done();
    }

    static BalancerConfig from(ConfigNode node) {
        return new BalancerConfig(
                node.choice("policy", Policy.PEAK_EWMA),
                node.parsed("hash-on", HashOn.CLIENT_ADDRESS, HashOn::parse),
                node.integer("load-bound", 125),
                node.text("cookie", "penstock-endpoint"),
                node.duration("decay", ofSeconds(10)),
                node.optionalDuration("slow-start"));
    }
}
