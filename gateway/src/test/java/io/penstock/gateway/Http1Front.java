// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.upstream.pool.PoolReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A gateway before one upstream, for callers that speak HTTP/1.1 byte by byte. Closes what it has opened. */
final class Http1Front implements AutoCloseable {
    private final @Nullable Http1Origin origin;
    private final RunningGateway gateway;
    private final List<Http1Origin.Connection> clients = new ArrayList<>();

    /** To this port, with these keys of its {@code upstream}. */
    Http1Front(int port, String upstream) {
        this(null, port, upstream);
    }

    private Http1Front(@Nullable Http1Origin origin, int port, String upstream) {
        this.origin = origin;
        gateway = RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["127.0.0.1:%d"], upstream: {%s}}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(port, upstream)).start();
    }

    /** To an upstream of HTTP/1.1 of its own, which is moved byte by byte, too; with these further keys of its {@code upstream}. */
    static Http1Front byHand(String upstream) {
        Http1Origin origin = Http1Origin.byHand();
        return new Http1Front(origin, origin.port(), "protocol: http1" + (upstream.isEmpty() ? "" : ", " + upstream));
    }

    /** Takes the next connection to the upstream of its own. */
    Http1Origin.Connection upstream() throws InterruptedException {
        if (origin == null) {
            throw new IllegalStateException("the upstream is the test's own");
        }
        return origin.connection();
    }

    /** A connection of a caller. */
    Http1Origin.Connection client() throws IOException {
        Http1Origin.Connection client = gateway.http1Client();
        clients.add(client);
        return client;
    }

    /** A connection of a caller that speaks HTTP/2. */
    FramePeer http2Client() {
        return gateway.client();
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
    public void close() throws IOException {
        for (Http1Origin.Connection client : clients) {
            client.close();
        }
        gateway.close();
        if (origin != null) {
            origin.close();
        }
    }
}
