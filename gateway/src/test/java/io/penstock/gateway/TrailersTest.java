// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Trailer fields that must not be there, between each pair of protocols: they are dropped and counted, and break nothing. */
class TrailersTest {
    private static final String DROPPED = "gateway_exchange_trailers_dropped_total{message=\"%s\"}";

    private static void assertServesNext(MessageEnd client, MessageEnd upstream) throws IOException {
        client.head(":method", "GET", ":path", "/next");
        assertThat(upstream.nextHead()).contains(":path: /next");
        upstream.begin(":status", "200", "content-length", "4");
        upstream.body("next");
        upstream.end();
        assertThat(client.nextHead()).contains(":status: 200");
        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("next", List.of()));
    }

    @ParameterizedTest
    @EnumSource
    void ofAResponseBreakNothing(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = new PairGateway(pair)) {
            MessageEnd client = gateway.client();
            client.head(":method", "GET", ":path", "/", "te", "trailers");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            upstream.begin(":status", "200");
            upstream.body("body");
            upstream.trailers(
                    "content-length",
                    "9",
                    "x-sum",
                    "42",
                    "host",
                    "other.test",
                    "transfer-encoding",
                    "chunked",
                    "set-cookie",
                    "a=b",
                    "content-type",
                    "text/html");

            assertThat(client.nextHead()).contains(":status: 200");
            assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("body", List.of("x-sum: 42")));
            assertThat(gateway.ended().cause()).isNull();
            assertThat(gateway.metric(DROPPED.formatted("response"))).isEqualTo(5);
            assertThat(gateway.metric(DROPPED.formatted("request"))).isZero();
            assertServesNext(client, upstream);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofAResponseMayBeAllThereAre(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = new PairGateway(pair)) {
            MessageEnd client = gateway.client();
            client.head(":method", "GET", ":path", "/", "te", "trailers");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            upstream.begin(":status", "200");
            upstream.body("body");
            upstream.trailers("host", "other.test");

            assertThat(client.nextHead()).contains(":status: 200");
            assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("body", List.of()));
            assertThat(gateway.ended().cause()).isNull();
            assertThat(gateway.metric(DROPPED.formatted("response"))).isEqualTo(1);
            assertServesNext(client, upstream);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofAResponseWithoutABodyBreakNothing(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = new PairGateway(pair)) {
            MessageEnd client = gateway.client();
            client.head(":method", "GET", ":path", "/", "te", "trailers");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            upstream.begin(":status", "200");
            upstream.trailers("content-length", "5");

            assertThat(client.nextHead()).contains(":status: 200");
            assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("", List.of()));
            assertThat(gateway.ended().cause()).isNull();
            assertThat(gateway.metric(DROPPED.formatted("response"))).isEqualTo(1);
            assertServesNext(client, upstream);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofARequestBreakNothing(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = new PairGateway(pair)) {
            MessageEnd client = gateway.client();
            client.begin(":method", "POST", ":path", "/");
            client.body("body");
            client.trailers(
                    "content-length",
                    "9",
                    "x-sum",
                    "42",
                    "host",
                    "other.test",
                    "authorization",
                    "Basic YTpi",
                    "x-forwarded-for",
                    "192.0.2.1");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            assertThat(upstream.rest()).isEqualTo(new MessageEnd.Rest("body", List.of("x-sum: 42")));
            upstream.head(":status", "204");

            assertThat(client.nextHead()).contains(":status: 204");
            assertThat(gateway.ended().cause()).isNull();
            assertThat(gateway.metric(DROPPED.formatted("request"))).isEqualTo(4);
            assertServesNext(client, upstream);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofARequestMayBeAllThereAre(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = new PairGateway(pair)) {
            MessageEnd client = gateway.client();
            client.begin(":method", "POST", ":path", "/");
            client.body("body");
            client.trailers("content-length", "9", "host", "other.test");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            assertThat(upstream.rest()).isEqualTo(new MessageEnd.Rest("body", List.of()));
            upstream.head(":status", "204");

            assertThat(client.nextHead()).contains(":status: 204");
            assertThat(gateway.ended().cause()).isNull();
            assertThat(gateway.metric(DROPPED.formatted("request"))).isEqualTo(2);
            assertServesNext(client, upstream);
        }
    }
}
