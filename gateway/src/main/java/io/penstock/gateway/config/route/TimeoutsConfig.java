// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.route;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Units;
import java.time.Duration;
import java.util.Optional;

/**
 * How long the exchanges of a route may take. Its keys stand among those of the route.
 *
 * <p>An upgraded connection and an event stream live for as long as both sides want: only silence and {@code max-stream-life} end them.
 * One side of an upgraded connection outlives the other by a minute of silence at most. Whether a gRPC call is a stream cannot be told from its head, so without {@code timeout} it has none either.
 *
 * @param maxGrpcTimeout 1 ms to 24 h, default 1 h; the longest {@code grpc-timeout} that is honoured; longer ones are cut to it
 * @param timeout 1 ms to 24 h; ends an exchange after this, unless it has become a stream or was upgraded; absent means {@link #UNARY} for exchanges
 *     other than gRPC's
 * @param maxIdle 1 ms to 24 h, at most the timeout; ends an exchange on which no byte moved for this long; absent means no limit
 * @param maxUpgradeIdle 100 ms to 24 h; in the place of {@code max-idle} for upgraded connections; absent means {@code max-idle}
 * @param maxStreamLife 1 s to 168 h; ends upgraded connections, event streams and gRPC calls after this; absent means no limit
 */
public record TimeoutsConfig(
        Duration maxGrpcTimeout,
        Optional<Duration> timeout,
        Optional<Duration> maxIdle,
        Optional<Duration> maxUpgradeIdle,
        Optional<Duration> maxStreamLife) {

    /** Longer than any download that anybody waits for; shorter than forever. */
    public static final Duration UNARY = ofHours(1);

    public TimeoutsConfig {
        Check check = new Check().range("max-grpc-timeout", maxGrpcTimeout, ofMillis(1), ofHours(24));
        timeout.ifPresent(limit -> check.range("timeout", limit, ofMillis(1), ofHours(24)));
        maxIdle.ifPresent(limit -> check.range("max-idle", limit, ofMillis(1), ofHours(24)));
        maxUpgradeIdle.ifPresent(limit -> check.range("max-upgrade-idle", limit, ofMillis(100), ofHours(24)));
        maxStreamLife.ifPresent(
                limit -> check.range("max-stream-life", limit, Duration.ofSeconds(1), Duration.ofDays(7)));
        if (timeout.isPresent() && maxIdle.isPresent()) {
            check.that(
                    "max-idle",
                    maxIdle.get().compareTo(timeout.get()) <= 0,
                    Units.text(maxIdle.get()),
                    "is longer than timeout, so it could never fire");
        }
        check.done();
    }

    /** How long an upgraded connection may be silent; empty means no limit. */
    public Optional<Duration> upgradeIdle() {
        return maxUpgradeIdle.or(() -> maxIdle);
    }

    static TimeoutsConfig from(ConfigNode node) {
        return new TimeoutsConfig(
                node.duration("max-grpc-timeout", ofHours(1)),
                node.optionalDuration("timeout"),
                node.optionalDuration("max-idle"),
                node.optionalDuration("max-upgrade-idle"),
                node.optionalDuration("max-stream-life"));
    }
}
