// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.changes;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * What to change and to watch.
 *
 * @param nodes data listeners, the first of which gets the load
 * @param admin through which changes are written
 * @param routes documents that there are
 * @param perSecond changes
 * @param loadPerSecond requests, all the time
 * @param loadPath of these requests
 * @param duration of the time with changes, and of the time without
 * @param patience a change that a node does not serve by then is an error
 */
public record ChangesPlan(
        List<InetSocketAddress> nodes,
        InetSocketAddress admin,
        int routes,
        double perSecond,
        double loadPerSecond,
        String loadPath,
        Duration duration,
        Duration patience) {

    public ChangesPlan {
        nodes = List.copyOf(nodes);
    }
}
