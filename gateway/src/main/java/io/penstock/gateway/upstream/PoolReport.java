// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream;

import io.penstock.gateway.exchange.UpstreamEnding;
import java.util.Map;

/**
 * The ledger of one endpoint, as it is shown.
 *
 * @param user the cluster or lookup whose policy the connections follow
 * @param target {@code address:port}
 * @param protocol what is spoken: {@code http1}, {@code h2c} or {@code h2}
 * @param opened connections since the beginning
 * @param reused streams that did not need a new connection
 * @param open connections now
 * @param activeStreams streams now
 * @param streams streams since the beginning
 * @param waiting exchanges that wait for a stream now
 * @param connectFailures connections that did not come about
 * @param closed ended connections by who ended them and why
 */
public record PoolReport(
        String user,
        String target,
        String protocol,
        long opened,
        long reused,
        int open,
        int activeStreams,
        long streams,
        int waiting,
        long connectFailures,
        Map<UpstreamEnding, Long> closed) {

    public PoolReport {
        closed = Map.copyOf(closed);
    }
}
