// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.health;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Asks an endpoint whether it is well. Blocks for at most the time of its configuration. */
@FunctionalInterface
public interface Probe {

    /**
     * Returns what was found when it is well.
     *
     * @param hostname of the endpoint, without port
     * @param authority of the request, for probes that send one
     * @throws IOException it is not well; the message says why
     */
    String check(InetSocketAddress address, String hostname, String authority) throws IOException;
}
