// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.config.cluster.FallbackConfig;
import io.penstock.gateway.config.route.AuthorityConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** What callers get when nothing can be sent to a cluster: an answer of the gateway's own, or another cluster. */
final class Fallback {
    private final FallbackConfig config;
    private final Function<String, Cluster> others;
    private final byte[] body;

    Fallback(FallbackConfig config, Function<String, Cluster> others) {
        this.config = config;
        this.others = others;
        this.body = config.body().getBytes(StandardCharsets.UTF_8);
    }

    /** Whether the exchange can have it: a call of gRPC cannot be given an HTTP answer. */
    boolean serves(Exchange exchange) {
        return config.cluster().isPresent() || !exchange.grpc();
    }

    void serve(Exchange exchange, AuthorityConfig authority, ClusterAttempts attempts) {
        if (config.cluster().isPresent()) {
            attempts.handOver();
            others.apply(config.cluster().get()).open(exchange, authority);
            return;
        }
        Head head = new Head()
                .add(":status", Integer.toString(config.status()))
                .add("content-type", config.contentType())
                .add("content-length", Integer.toString(body.length));
        exchange.downstream().answer(head, exchange.method().equals("HEAD") ? new byte[0] : body);
    }
}
