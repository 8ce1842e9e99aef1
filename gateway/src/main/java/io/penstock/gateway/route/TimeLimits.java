// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import io.penstock.gateway.config.route.TimeoutsConfig;
import java.time.Duration;
import java.util.Optional;

/**
 * How long an exchange of one kind may take on a route.
 *
 * @param timeout until its end, or until it is upgraded; empty for a call of gRPC that may be a stream
 * @param idle without a byte either way; of one that asks for an upgrade, once it has that
 * @param life of what has become a stream
 * @param mostGrpc the longest {@code grpc-timeout} that is honoured; empty where there is none
 * @param upgrade whether it asks for an upgrade
 */
public record TimeLimits(
        Optional<Duration> timeout,
        Optional<Duration> idle,
        Optional<Duration> life,
        Optional<Duration> mostGrpc,
        boolean upgrade) {

    static TimeLimits ofUpgrades(TimeoutsConfig config) {
        Duration timeout = config.timeout().orElse(TimeoutsConfig.UNARY);
        return new TimeLimits(
                Optional.of(timeout), config.upgradeIdle(), config.maxStreamLife(), Optional.empty(), true);
    }

    static TimeLimits ofCalls(TimeoutsConfig config) {
        return new TimeLimits(
                config.timeout(),
                config.maxIdle(),
                config.maxStreamLife(),
                Optional.of(config.maxGrpcTimeout()),
                false);
    }

    static TimeLimits ofOthers(TimeoutsConfig config) {
        Duration timeout = config.timeout().orElse(TimeoutsConfig.UNARY);
        return new TimeLimits(Optional.of(timeout), config.maxIdle(), config.maxStreamLife(), Optional.empty(), false);
    }
}
