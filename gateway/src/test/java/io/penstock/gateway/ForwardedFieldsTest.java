// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forwarded fields that are not on by default, and who the client is. */
class ForwardedFieldsTest {
    private static final String EVERY =
            "forwarded: {fields: [x-forwarded-for, x-forwarded-proto, x-forwarded-host, x-forwarded-port, forwarded, x-real-ip,"
                    + " x-request-id, x-gateway-time, via]}\n";

    private static RunningGateway with(String more) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes:
                  - {name: all, cluster: origin}
                  - {name: own, path-prefix: /own, cluster: origin, forwarded: {fields: [x-real-ip]}}
                clusters: [{name: origin, endpoints: ["${ORIGIN}"]}]
                admin: {port: 0}
                access-log: {output: none}
                """ + more).start();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                // trusted, field, what the caller sends, what the upstream gets
                "10.99.0.0/16 | forwarded | - | for=127.0.0.1;proto=http;host=\"example.test\"",
                "10.99.0.0/16 | forwarded | for=1.2.3.4 | for=127.0.0.1;proto=http;host=\"example.test\"",
                "127.0.0.0/8 | forwarded | for=1.2.3.4 | for=1.2.3.4, for=127.0.0.1;proto=http",
                "10.99.0.0/16 | x-forwarded-port | 99 | 80",
                "127.0.0.0/8 | x-forwarded-port | 99 | 99",
                "127.0.0.0/8 | x-forwarded-port | - | 80",
                "10.99.0.0/16 | x-real-ip | 1.2.3.4 | 127.0.0.1",
                "127.0.0.0/8 | x-real-ip | 1.2.3.4 | 127.0.0.1",
                "127.0.0.0/8 | x-forwarded-for | 1.2.3.4, 127.0.0.9 | 1.2.3.4, 127.0.0.9, 127.0.0.1",
                "10.99.0.0/16 | via | - | 2 penstock",
                "10.99.0.0/16 | via | 1.1 edge | 1.1 edge, 2 penstock",
            })
    void setsEachFieldThatTheConfigurationNames(String trusted, String name, @Nullable String sent, String forwarded) {
        try (RunningGateway gateway = with(EVERY + "trusted: [" + trusted + "]\n")) {
            FramePeer client = gateway.client();
            if (sent == null) {
                client.get("/");
            } else {
                client.get("/", name, sent);
            }

            assertThat(gateway.origin().connection().awaitHead(1).value(name)).isEqualTo(forwarded);
        }
    }

    @Test
    void namesTheTimeByItsOwnClock() {
        try (RunningGateway gateway = with(EVERY)) {
            gateway.client().get("/", "x-gateway-time", "yesterday");

            assertThat(gateway.origin().connection().awaitHead(1).value("x-gateway-time"))
                    .matches("20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z");
        }
    }

    @Test
    void tracesTheResponseToo() {
        try (RunningGateway gateway = with(EVERY)) {
            FramePeer client = gateway.client();
            int call = client.get("/");
            FramePeer origin = gateway.origin().connection();
            origin.awaitHead(1);
            origin.head(1, true, ":status", "204", "via", "1.0 deep");

            assertThat(client.awaitHead(call).value("via")).isEqualTo("1.0 deep, 2 penstock");
        }
    }

    @Test
    void removesWhatAStrangerClaimsAndARouteDoesNotSet() {
        try (RunningGateway gateway = with("")) {
            gateway.client()
                    .get(
                            "/own",
                            "x-forwarded-for",
                            "1.2.3.4",
                            "forwarded",
                            "for=1.2.3.4",
                            "x-forwarded-port",
                            "9",
                            "x-gateway-time",
                            "x",
                            "via",
                            "1.1 kept");

            var fields = gateway.origin().connection().awaitHead(1).fields();

            assertThat(fields)
                    .doesNotContain(
                            "x-forwarded-for", "forwarded", "x-forwarded-port", "x-gateway-time", "x-request-id")
                    .containsSequence("x-real-ip", "127.0.0.1")
                    .containsSequence("via", "1.1 kept");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // trust, x-forwarded-for, client
                "trusted: [127.0.0.0/8] | 203.0.113.9 | 203.0.113.9",
                "trusted: [127.0.0.0/8] | 198.51.100.1, 203.0.113.9 | 203.0.113.9",
                "trusted: [127.0.0.0/8] | 198.51.100.1, 127.0.0.2,127.0.0.3 | 198.51.100.1",
                "trusted: [127.0.0.0/8] | 127.0.0.4, 127.0.0.3 | 127.0.0.4",
                "trusted: [127.0.0.0/8] | 203.0.113.9, unknown | 127.0.0.1",
                "trusted: [127.0.0.0/8] | 203.0.113.9:4711 | 203.0.113.9",
                "trusted: [127.0.0.0/8] | [2001:db8::1]:80 | 2001:db8::1",
                "trusted: [127.0.0.0/8] | evil.example | 127.0.0.1",
                "trusted: [10.0.0.0/8] | 203.0.113.9 | 127.0.0.1",
                "trusted-hops: 1 | 198.51.100.1, 203.0.113.9 | 203.0.113.9",
                "trusted-hops: 2 | 198.51.100.1, 203.0.113.9 | 198.51.100.1",
                "trusted-hops: 3 | 198.51.100.1, 203.0.113.9 | 198.51.100.1",
                "trusted-hops: 1 | nonsense | 127.0.0.1",
            })
    void findsTheClientBehindTrustedProxiesAlone(String trust, String chain, String client) {
        try (RunningGateway gateway = with(EVERY + trust + "\n")) {
            FramePeer peer = gateway.client();
            int call = peer.get("/", "x-forwarded-for", chain);
            FramePeer origin = gateway.origin().connection();

            assertThat(origin.awaitHead(1).value("x-real-ip")).isEqualTo(client);
            origin.head(1, true, ":status", "204");
            peer.awaitHead(call);
            assertThat(gateway.ended().client()).isEqualTo(client);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // trust, forwarded, client
                "trusted: [127.0.0.0/8] | for=203.0.113.9 | 203.0.113.9",
                "trusted: [127.0.0.0/8] | for=203.0.113.9:4711;proto=https;by=127.0.0.1 | 203.0.113.9",
                "trusted: [127.0.0.0/8] | For=\"[2001:db8::1]:4711\" | 2001:db8::1",
                "trusted: [127.0.0.0/8] | for=198.51.100.1, for=203.0.113.9 | 203.0.113.9",
                "trusted: [127.0.0.0/8] | for=198.51.100.1, for=127.0.0.2 , for=127.0.0.3;proto=http | 198.51.100.1",
                "trusted: [127.0.0.0/8] | for=198.51.100.1, for=_hidden, for=127.0.0.3 | 127.0.0.3",
                "trusted: [127.0.0.0/8] | for=unknown | 127.0.0.1",
                "trusted: [127.0.0.0/8] | proto=https | 127.0.0.1",
                "trusted: [127.0.0.0/8] | for=\"x, for=203.0.113.9 | 127.0.0.1",
                "trusted: [10.0.0.0/8] | for=203.0.113.9 | 127.0.0.1",
                "trusted-hops: 1 | for=198.51.100.1, for=203.0.113.9 | 203.0.113.9",
                "trusted-hops: 2 | for=198.51.100.1, for=_hidden | 198.51.100.1",
                "trusted-hops: 1 | for=198.51.100.1, for=_hidden | 127.0.0.1",
            })
    void findsTheClientInForwardedWhenThatIsConfigured(String trust, String chain, String client) {
        try (RunningGateway gateway = with("client-field: forwarded\n" + EVERY + trust + "\n")) {
            FramePeer peer = gateway.client();
            int call = peer.get("/", "forwarded", chain, "x-forwarded-for", "192.0.2.77");
            FramePeer origin = gateway.origin().connection();

            assertThat(origin.awaitHead(1).value("x-real-ip")).isEqualTo(client);
            origin.head(1, true, ":status", "204");
            peer.awaitHead(call);
            assertThat(gateway.ended().client()).isEqualTo(client);
        }
    }
}
