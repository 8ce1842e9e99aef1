// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.gateway.exchange.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A gateway between a client and an upstream that each speak one protocol of a pair. As an extension it starts when a test says {@linkplain
 * #between between} what it stands, and stops after the test.
 */
final class PairGateway implements AfterEachCallback, AutoCloseable {
    private final RunningGateway gateway = RunningGateway.toOrigin();
    private ProtocolPair pair = ProtocolPair.HTTP1_TO_HTTP1;
    private @Nullable Http1Origin http1;
    private int taken;

    /** Between nothing yet. */
    PairGateway() {}

    PairGateway(ProtocolPair pair) {
        between(pair);
    }

    /** With this filter. */
    static PairGateway filtering(ProtocolPair pair, String filter) {
        return filtering(pair, filter, "retry: {attempts: 1}");
    }

    /** With this filter and these keys of the cluster. */
    static PairGateway filtering(ProtocolPair pair, String filter, String cluster) {
        PairGateway made = new PairGateway();
        made.start(
                pair,
                "",
                cluster,
                "forwarded: {fields: []}\nglobal-filters: [tested]\n",
                "{name: tested, " + filter + "}");
        return made;
    }

    /** With these keys of the cluster, and these of the file. */
    PairGateway(ProtocolPair pair, String cluster, String file) {
        between(pair, cluster, file);
    }

    /** With these keys of the listener, too. */
    PairGateway(ProtocolPair pair, String listener, String cluster, String file) {
        start(pair, listener, cluster, file, "{name: unused, headers: {}}");
    }

    /** Which forwarded fields it sets is none, so that heads are what the test makes them. */
    void between(ProtocolPair ends) {
        between(ends, "retry: {attempts: 1}", "forwarded: {fields: []}");
    }

    /** With these keys of the cluster, and these of the file. */
    void between(ProtocolPair ends, String cluster, String file) {
        start(ends, "", cluster, file, "{name: unused, headers: {}}");
    }

    private void start(ProtocolPair ends, String listener, String cluster, String file, String filter) {
        pair = ends;
        taken = 0;
        http1 = ends.http1Upstream() ? gateway.before(Http1Origin.byHand()) : null;
        gateway.configured("""
                listeners: [{name: main, address: 127.0.0.1, port: 0, http1: {half-close: true, max-drain-bytes: 64KiB}%s}]
                routes: [{name: all, cluster: origin, filters: [%s]}]
                filters: [{name: bodies, limit-body: {request: 1GiB, response: 1GiB}}, %s]
                clusters: [{name: origin, endpoints: ["${ORIGIN}"], upstream: {protocol: %s}, %s}]
                admin: {port: 0}
                access-log: {output: none}
                %s
                """.formatted(
                                listener.isEmpty() ? "" : ", " + listener,
                                ends.filtered() ? "bodies" : "",
                                filter,
                                ends.upstream("http1", "h2c"),
                                cluster,
                                file))
                .start();
    }

    /** A new connection of a client. */
    MessageEnd client() throws IOException {
        return pair.http1Client()
                ? new Http1Messages(gateway.http1Client())
                : new Http2Messages(gateway.client(), true);
    }

    /** Takes the next connection to the upstream. */
    MessageEnd upstream() throws InterruptedException {
        taken++;
        return http1 != null
                ? new Http1Messages(http1.connection())
                : new Http2Messages(gateway.origin().connection(), false);
    }

    /**
     * Where the next attempt comes: on the same connection, or on a new one when the gateway had not yet seen that its request was
     * written, when the answer was there.
     */
    MessageEnd next(MessageEnd current) throws Exception {
        if (!(current instanceof Http1Messages same)) {
            return current;
        }
        Await.until("another attempt", Duration.ofSeconds(10), () -> same.readable() || connections() > taken);
        return same.readable() ? same : upstream();
    }

    /** How many connections have come to the upstream. */
    int connections() {
        return http1 != null ? http1.connections() : gateway.origin().connections();
    }

    /** Takes the next exchange that has ended. */
    Exchange ended() {
        return gateway.ended();
    }

    /** The number that the metrics show on the line that begins with this. */
    double metric(String line) throws IOException {
        URI metrics = URI.create("http://127.0.0.1:" + gateway.gateway().adminPort() + "/metrics");
        try (InputStream in = metrics.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(one -> one.startsWith(line + " "))
                    .mapToDouble(one -> Double.parseDouble(one.substring(line.length() + 1)))
                    .findFirst()
                    .orElse(0);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }

    @Override
    public void close() {
        gateway.close();
    }
}
