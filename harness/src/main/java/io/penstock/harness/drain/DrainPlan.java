// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Who calls.
 *
 * @param to the gateway; {@code /ws} leads to a WebSocket echo, {@code /penstock.Echo} to the echo service, all else to any HTTP
 *     backend
 * @param callers of HTTP/1.1 keep-alive, of HTTP/2 and of gRPC each; a quarter as many open a connection for every request
 * @param sockets of WebSocket over HTTP/1.1, and as many over HTTP/2
 * @param timeout of each request
 */
public record DrainPlan(InetSocketAddress to, int callers, int sockets, Duration timeout) {

    String authority() {
        return to.getHostString() + ":" + to.getPort();
    }
}
