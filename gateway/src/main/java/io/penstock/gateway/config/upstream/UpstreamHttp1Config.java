// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.upstream;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;

/**
 * Limits of HTTP/1.1 with an upstream.
 *
 * @param maxHeadBytes 1 KiB to 1 MiB, default 64 KiB; of a response head and of trailers
 * @param maxRequests 1 to 1 000 000 000, default 1 000 000; a connection is closed after so many
 */
public record UpstreamHttp1Config(int maxHeadBytes, int maxRequests) {

    public UpstreamHttp1Config {
        new Check()
                .size("max-head-bytes", maxHeadBytes, 1024, 1024 * 1024)
                .range("max-requests", maxRequests, 1, 1_000_000_000)
                .done();
    }

    static UpstreamHttp1Config from(ConfigNode node) {
        return new UpstreamHttp1Config(node.size("max-head-bytes", 64 * 1024), node.integer("max-requests", 1_000_000));
    }
}
