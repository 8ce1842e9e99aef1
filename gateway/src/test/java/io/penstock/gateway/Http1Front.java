// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.upstream.PoolReport;
import java.io.IOException;
import java.net.Socket;

/** A gateway before one upstream, for callers that speak HTTP/1.1 byte by byte. */
final class Http1Front implements AutoCloseable {
    private final RunningGateway gateway;

    /** To this port, with these keys of its {@code upstream}. */
    Http1Front(int port, String upstream) {
        gateway = RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["127.0.0.1:%d"], upstream: {%s}}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(port, upstream)).start();
    }

    /** A connection of a caller. */
    Http1Origin.Connection client() throws IOException {
        return new Http1Origin.Connection(
                new Socket(gateway.address().getAddress(), gateway.address().getPort()));
    }

    /** Takes the next exchange that has ended. */
    Exchange ended() {
        return gateway.ended();
    }

    /** Lets real time pass. */
    void awaitNanos(long nanos) {
        gateway.awaitNanos(nanos);
    }

    PoolReport pool() {
        return gateway.pool();
    }

    @Override
    public void close() {
        gateway.close();
    }
}
