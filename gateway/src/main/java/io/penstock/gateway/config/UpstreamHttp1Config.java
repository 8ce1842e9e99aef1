// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofSeconds;

import java.time.Duration;
import java.util.Optional;

/**
 * Limits of HTTP/1.1 with an upstream. The timeouts are looked at ten times a second.
 *
 * @param maxHeadBytes 1 KiB to 1 MiB, default 64 KiB; of a response head and of trailers
 * @param maxRequests 1 to 1 000 000 000, default 1 000 000; a connection is closed after so many
 * @param upgradeIdle 1 s to 24 h; ends an upgraded connection on which no byte moved for this long; absent means no limit
 * @param upgradeLife 1 s to 168 h; ends an upgraded connection of this age; absent means no limit
 */
public record UpstreamHttp1Config(
        int maxHeadBytes, int maxRequests, Optional<Duration> upgradeIdle, Optional<Duration> upgradeLife) {

    public UpstreamHttp1Config {
        Check check = new Check()
                .size("max-head-bytes", maxHeadBytes, 1024, 1024 * 1024)
                .range("max-requests", maxRequests, 1, 1_000_000_000);
        upgradeIdle.ifPresent(idle -> check.range("upgrade-idle", idle, ofSeconds(1), ofHours(24)));
        upgradeLife.ifPresent(life -> check.range("upgrade-life", life, ofSeconds(1), ofDays(7)));
        check.done();
    }

    static UpstreamHttp1Config from(ConfigNode node) {
        return new UpstreamHttp1Config(
                node.size("max-head-bytes", 64 * 1024),
                node.integer("max-requests", 1_000_000),
                node.optionalDuration("upgrade-idle"),
                node.optionalDuration("upgrade-life"));
    }
}
