// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers may ask for: targets, methods and versions, over each protocol. */
class RequestTargetTest {
    private static final String ANSWERED = """
            listeners: [{name: main, address: 127.0.0.1, port: 0}]
            routes: [{name: all, answer: {status: 204}}]
            admin: {port: 0}
            access-log: {output: none}
            """;

    private static PairGateway gateway(ProtocolPair pair, String listener) {
        return new PairGateway(pair, listener, "retry: {attempts: 1}", "forwarded: {fields: []}");
    }

    private static void assertRefused(PairGateway gateway, MessageEnd client, int status, Cause cause)
            throws Exception {
        assertThat(client.nextHead()).contains(":status: " + status);
        client.rest();
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).isEqualTo(cause);
        assertThat(exchange.status()).isEqualTo(status);
    }

    private static List<String> passed(PairGateway gateway, MessageEnd client, String... head) throws Exception {
        client.head(head);
        MessageEnd upstream = gateway.upstream();
        List<String> seen = upstream.nextHead();
        upstream.head(":status", "204");
        assertThat(client.nextHead()).contains(":status: 204");
        return seen;
    }

    // ---- bytes ----

    @ParameterizedTest
    @EnumSource
    void withBytesOutsideOfAsciiIsRefused(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair, "")) {
            MessageEnd client = gateway.client();
            for (String path : List.of("/caf\u00c3\u00a9", "/\u00c0\u00af", "/a?q=\u00e9")) {
                client.head(":method", "GET", ":path", path);

                assertRefused(gateway, client, 400, Cause.BAD_PATH);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void withBytesOutsideOfAsciiIsEncodedWhereItSaysSo(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair, "paths: {non-ascii: encode}")) {
            assertThat(passed(
                            gateway,
                            gateway.client(),
                            ":method",
                            "GET",
                            ":path",
                            "/caf\u00c3\u00a9/\u00c0\u00af?\u00e9"))
                    .contains(":path: /caf%C3%A9/%C0%AF?%E9");
        }
    }

    @ParameterizedTest
    @EnumSource
    void withBytesOutsideOfAsciiPassesWhereItSaysSo(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair, "paths: {non-ascii: pass}")) {
            assertThat(passed(gateway, gateway.client(), ":method", "GET", ":path", "/caf\u00c3\u00a9?\u00e9"))
                    .contains(":path: /caf\u00c3\u00a9?\u00e9");
        }
    }

    // ---- length ----

    @ParameterizedTest
    @EnumSource
    void thatIsTooLongIs414AndNot431(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair, "http2: {max-head-bytes: 8KiB}")) {
            MessageEnd client = gateway.client();
            client.head(":method", "GET", ":path", "/" + "x".repeat(9_000));

            assertRefused(gateway, client, 414, Cause.URI_TOO_LONG);

            MessageEnd next = gateway.client();
            next.head(":method", "GET", ":path", "/", "x-long", "x".repeat(9_000));
            assertRefused(gateway, next, 431, Cause.HEADER_TOO_LARGE);
        }
    }

    // ---- versions ----

    @ParameterizedTest
    @CsvSource({"HTTP/1.2, 204", "HTTP/1.9, 204", "HTTP/2.0, 505", "HTTP/3.0, 505", "HTTP/0.9, 505", "HTTP/1.x, 400"})
    void ofAnotherVersion(String version, int status) throws Exception {
        try (RunningGateway gateway = RunningGateway.with(ANSWERED).start()) {
            Http1Origin.Connection client = gateway.http1Client();
            client.send("GET / " + version + "\r\nHost: a.test\r\n\r\n");

            String head = client.head();
            assertThat(head).startsWith("HTTP/1.1 " + status);
            boolean served = status == 204;
            assertThat(head.contains("\r\nconnection: close\r\n")).isNotEqualTo(served);
            Exchange exchange = gateway.ended();
            assertThat(exchange.cause())
                    .isEqualTo(served ? null : status == 505 ? Cause.VERSION_UNSUPPORTED : Cause.MALFORMED_REQUEST);
            assertThat(exchange.protocol()).isEqualTo("1.1");
        }
    }

    // ---- methods ----

    @Test
    void ofConnectIs501OverHttp1() throws Exception {
        try (PairGateway gateway = gateway(ProtocolPair.HTTP1_TO_HTTP1, "")) {
            MessageEnd client = gateway.client();
            client.head(":method", "CONNECT", ":path", MessageEnd.AUTHORITY + ":443");

            assertRefused(gateway, client, 501, Cause.METHOD_NOT_SERVED);
        }
    }

    @Test
    void ofConnectIs501OverHttp2() throws Exception {
        try (RunningGateway gateway = RunningGateway.with(ANSWERED).start()) {
            FramePeer client = gateway.client();
            int stream = client.open(false, ":method", "CONNECT", ":authority", "a.test:443");

            assertThat(client.awaitHead(stream).value(":status")).isEqualTo("501");
            Exchange exchange = gateway.ended();
            assertThat(exchange.cause()).isEqualTo(Cause.METHOD_NOT_SERVED);
            assertThat(exchange.path()).isEqualTo("-");
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofTraceIs501UnlessTheListenerPermitsIt(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair, "")) {
            MessageEnd client = gateway.client();
            client.head(":method", "TRACE", ":path", "/");

            assertRefused(gateway, client, 501, Cause.METHOD_NOT_SERVED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofTraceGoesOneHopLessFar(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair, "trace: true")) {
            assertThat(passed(gateway, gateway.client(), ":method", "TRACE", ":path", "/a", "max-forwards", "3"))
                    .contains(":method: TRACE", "max-forwards: 2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofTraceThatMayGoNoFurtherIsShownToItsCaller(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair, "trace: true")) {
            MessageEnd client = gateway.client();
            client.head(
                    ":method",
                    "TRACE",
                    ":path",
                    "/a?b",
                    "max-forwards",
                    "0",
                    "x-seen",
                    "1",
                    "authorization",
                    "Basic YTpi");

            assertThat(client.nextHead()).contains(":status: 200", "content-type: message/http");
            assertThat(client.rest().body())
                    .isEqualTo("TRACE /a?b HTTP/1.1\r\nhost: example.test\r\nmax-forwards: 0\r\nx-seen: 1\r\n\r\n");
            assertThat(gateway.ended().cause()).isNull();
            assertThat(gateway.connections()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofOptionsThatMayGoNoFurtherIsAnswered(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair, "")) {
            MessageEnd client = gateway.client();
            for (String path : List.of("/a", "*")) {
                client.head(":method", "OPTIONS", ":path", path, "max-forwards", "0");

                assertThat(client.nextHead())
                        .contains(":status: 200", "allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
                assertThat(client.rest().body()).isEmpty();
                assertThat(gateway.ended().cause()).isNull();
            }
            assertThat(gateway.connections()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofOptionsGoesOneHopLessFar(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = gateway(pair, "")) {
            assertThat(passed(gateway, gateway.client(), ":method", "OPTIONS", ":path", "/a", "max-forwards", "10"))
                    .contains("max-forwards: 9");
        }
    }

    /** More than anybody counts is as many as are counted. */
    @Test
    void ofOptionsCountsNoMoreHopsThanItCan() throws Exception {
        try (PairGateway gateway = gateway(ProtocolPair.HTTP1_TO_HTTP1, "")) {
            String many = "9".repeat(20);
            assertThat(passed(gateway, gateway.client(), ":method", "OPTIONS", ":path", "/a", "max-forwards", many))
                    .contains("max-forwards: " + (Long.MAX_VALUE - 1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "3", "none"})
    void ofGetDoesNotCountHops(String hops) throws Exception {
        try (PairGateway gateway = gateway(ProtocolPair.HTTP1_TO_HTTP1, "")) {
            assertThat(passed(gateway, gateway.client(), ":method", "GET", ":path", "/a", "max-forwards", hops))
                    .contains("max-forwards: " + hops);
        }
    }
}
