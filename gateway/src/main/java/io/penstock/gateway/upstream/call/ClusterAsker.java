// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.call;

import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.side.Asker;
import io.penstock.gateway.upstream.cluster.Cluster;
import java.time.Duration;

/**
 * Asks a cluster.
 *
 * @param cluster gives each request the authority of the endpoint that it is sent to
 */
public record ClusterAsker(Cluster cluster) implements Asker {

    @Override
    public Reply ask(Head request, int mostBytes, Duration timeout) {
        return OwnCall.send(cluster, request, mostBytes, timeout);
    }
}
