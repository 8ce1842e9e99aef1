// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Units;
import java.time.Duration;

/**
 * How the gateway ends.
 *
 * @param timeout 0 s to 1 h, default 30 s; what is in flight may finish for this long
 * @param notice 0 s to 1 min, default 1 s, at most the timeout; the time between not being ready and refusing what is new, and
 *     between the two GOAWAY frames at most
 */
public record DrainConfig(Duration timeout, Duration notice) {

    public DrainConfig {
        new Check()
                .range("timeout", timeout, Duration.ZERO, ofHours(1))
                .range("notice", notice, Duration.ZERO, ofMinutes(1))
                .that(
                        "notice",
                        notice.compareTo(timeout) <= 0,
                        Units.text(notice),
                        "is longer than timeout, expected at most as long")
                .done();
    }

    static DrainConfig from(ConfigNode node) {
        return new DrainConfig(node.duration("timeout", ofSeconds(30)), node.duration("notice", ofSeconds(1)));
    }
}
