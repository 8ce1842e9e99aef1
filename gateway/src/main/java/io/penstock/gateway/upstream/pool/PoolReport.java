// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.exchange.ending.UpstreamEnding;
import java.util.HashMap;
import java.util.Map;

/**
 * The ledger of one endpoint, as it is shown.
 *
 * @param user the cluster or lookup whose policy the connections follow
 * @param target {@code address:port}, or {@link #FORMER}
 * @param protocol what is spoken: {@code http1}, {@code h2c} or {@code h2}; {@code auto} before the endpoint has chosen
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

    /** The target of the sum of all endpoints of a user that nobody has used for long. */
    public static final String FORMER = "former";

    public PoolReport {
        closed = Map.copyOf(closed);
    }

    public PoolReport of(String name) {
        return new PoolReport(
                user, name, protocol, opened, reused, open, activeStreams, streams, waiting, connectFailures, closed);
    }

    /** This one, with what the other one counted added. */
    public PoolReport plus(PoolReport other) {
        Map<UpstreamEnding, Long> endings = new HashMap<>(closed);
        other.closed.forEach((ending, count) -> endings.merge(ending, count, Long::sum));
        return new PoolReport(
                user,
                target,
                protocol,
                opened + other.opened,
                reused + other.reused,
                open + other.open,
                activeStreams + other.activeStreams,
                streams + other.streams,
                waiting + other.waiting,
                connectFailures + other.connectFailures,
                endings);
    }
}
