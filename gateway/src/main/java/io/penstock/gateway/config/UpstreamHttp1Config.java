// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;

import java.time.Duration;

/**
 * Limits of HTTP/1.1 with an upstream. The timeouts are looked at ten times a second.
 *
 * @param firstByteTimeout 1 ms to 24 h, default 1 min; from the last byte of the request to the response head
 * @param readTimeout 1 ms to 24 h, default 1 min; silence inside a response body; does not apply to {@code text/event-stream} and
 *     upgraded connections
 * @param maxHeadBytes 1 KiB to 1 MiB, default 64 KiB; of a response head and of trailers
 * @param maxRequests 1 to 1 000 000 000, default 1 000 000; a connection is closed after so many
 */
public record UpstreamHttp1Config(Duration firstByteTimeout, Duration readTimeout, int maxHeadBytes, int maxRequests) {

    public UpstreamHttp1Config {
        new Check()
                .range("first-byte-timeout", firstByteTimeout, ofMillis(1), ofHours(24))
                .range("read-timeout", readTimeout, ofMillis(1), ofHours(24))
                .size("max-head-bytes", maxHeadBytes, 1024, 1024 * 1024)
                .range("max-requests", maxRequests, 1, 1_000_000_000)
                .done();
    }

    static UpstreamHttp1Config from(ConfigNode node) {
        return new UpstreamHttp1Config(
                node.duration("first-byte-timeout", ofMinutes(1)),
                node.duration("read-timeout", ofMinutes(1)),
                node.size("max-head-bytes", 64 * 1024),
                node.integer("max-requests", 1_000_000));
    }
}
