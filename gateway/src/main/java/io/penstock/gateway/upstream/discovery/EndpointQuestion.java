// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Asks somebody for the endpoints. Used by one thread, which is interrupted when the source closes. */
sealed interface EndpointQuestion extends AutoCloseable permits DnsQuestion, ConsulQuestion {

    /**
     * What was said.
     *
     * @param endpoints with different addresses; empty when there are none now
     * @param pause how long to wait before asking again
     */
    record Answer(List<DiscoveredEndpoint> endpoints, Duration pause) {}

    /**
     * Blocks until there is an answer, for a bounded time.
     *
     * @throws IOException when there was none
     */
    Answer ask() throws IOException, InterruptedException;

    /** Where it asks, for the log. */
    String text();

    @Override
    void close();
}
