// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A connection that its upstream ends before a byte of an answer: with default settings, unless a test says otherwise. */
@Timeout(60)
class UnansweredTest {
    private static final List<String> IDEMPOTENT = List.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");

    private static Stream<Arguments> idempotent() {
        return Stream.of(ProtocolPair.values())
                .flatMap(pair -> IDEMPOTENT.stream().map(method -> Arguments.of(pair, method)));
    }

    private static void ask(MessageEnd client, String method) throws IOException {
        if (method.equals("PUT") || method.equals("POST")) {
            client.begin(":method", method, ":path", "/", "content-length", "8");
            client.body("question");
            client.end();
        } else {
            client.head(":method", method, ":path", "/");
        }
    }

    /** Takes a connection and the request on it, and ends it. */
    private static void leaveUnanswered(PairGateway gateway, String method) throws Exception {
        MessageEnd upstream = gateway.upstream();
        assertThat(upstream.nextHead()).contains(":method: " + method);
        if (method.equals("PUT") || method.equals("POST")) {
            assertThat(upstream.rest().body()).isEqualTo("question");
        }
        upstream.abort();
    }

    @ParameterizedTest
    @MethodSource("idempotent")
    void isFollowedByAnotherForAnIdempotentRequest(ProtocolPair pair, String method) throws Exception {
        try (PairGateway gateway = new PairGateway(pair, "retry: {}", "")) {
            MessageEnd client = gateway.client();
            ask(client, method);
            leaveUnanswered(gateway, method);

            MessageEnd upstream = gateway.upstream();
            assertThat(upstream.nextHead()).contains(":method: " + method);
            if (method.equals("PUT")) {
                assertThat(upstream.rest().body()).isEqualTo("question");
            }
            upstream.head(":status", "204");

            assertThat(client.nextHead()).contains(":status: 204");
            Exchange exchange = gateway.ended();
            assertThat(exchange.cause()).isNull();
            assertThat(exchange.attempts()).isEqualTo(2);
            assertThat(gateway.connections()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isTheEndOfAPost(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = new PairGateway(pair, "retry: {}", "")) {
            MessageEnd client = gateway.client();
            ask(client, "POST");
            leaveUnanswered(gateway, "POST");

            assertFailed(gateway, client, 1);
            assertThat(gateway.connections()).isEqualTo(1);
        }
    }

    private static void assertFailed(PairGateway gateway, MessageEnd client, int attempts) throws IOException {
        assertThat(client.nextHead()).contains(":status: 502");
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).isEqualTo(Cause.UPSTREAM_RESET);
        assertThat(exchange.attempts()).isEqualTo(attempts);
    }

    @ParameterizedTest
    @EnumSource
    void isFollowedByOneOtherOnly(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = new PairGateway(pair, "retry: {}", "")) {
            MessageEnd client = gateway.client();
            ask(client, "GET");
            leaveUnanswered(gateway, "GET");
            leaveUnanswered(gateway, "GET");

            assertFailed(gateway, client, 2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isNotWhatFollowsAnInterimAnswer(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = new PairGateway(pair, "retry: {}", "")) {
            MessageEnd client = gateway.client();
            ask(client, "GET");
            MessageEnd upstream = gateway.upstream();
            upstream.nextHead();
            upstream.head(":status", "103", "link", "</a>");
            assertThat(client.nextHead()).contains(":status: 103");
            upstream.abort();

            assertFailed(gateway, client, 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isTheEndWhereTheBudgetIsSpent(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = new PairGateway(pair, "retry: {budget-percent: 0, budget-minimum: 0}", "")) {
            MessageEnd client = gateway.client();
            ask(client, "GET");
            leaveUnanswered(gateway, "GET");

            assertFailed(gateway, client, 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isTheEndWhereItIsNotListed(ProtocolPair pair) throws Exception {
        try (PairGateway gateway = new PairGateway(pair, "retry: {on: [connect-failure, refused]}", "")) {
            MessageEnd client = gateway.client();
            ask(client, "GET");
            leaveUnanswered(gateway, "GET");

            assertFailed(gateway, client, 1);
        }
    }

    /** On an event loop: an idle connection turns out to be stale, and the new one in its place is ended, too. */
    @Test
    void isFollowedByAnotherAlsoInThePlaceOfAStaleConnection() throws Exception {
        try (PairGateway gateway = new PairGateway(ProtocolPair.HTTP1_TO_HTTP1, "retry: {}", "")) {
            MessageEnd client = gateway.client();
            ask(client, "GET");
            MessageEnd idle = gateway.upstream();
            idle.nextHead();
            idle.head(":status", "204");
            assertThat(client.nextHead()).contains(":status: 204");
            assertThat(gateway.ended().attempts()).isEqualTo(1);

            ask(client, "GET");
            idle.nextHead();
            idle.abort();
            leaveUnanswered(gateway, "GET");
            MessageEnd last = gateway.upstream();
            last.nextHead();
            last.head(":status", "204");

            assertThat(client.nextHead()).contains(":status: 204");
            assertThat(gateway.ended().cause()).isNull();
            assertThat(gateway.connections()).isEqualTo(3);
        }
    }

    @Test
    void isFollowedByAnotherToTheTargetOfALookUp() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway =
                        RunningGateway.with("""
                        listeners: [{name: main, address: 127.0.0.1, port: 0}]
                        routes: [{name: all, lookup: job}]
                        lookups: [{name: job, store: jobs, key: "${x-job}", upstream: {protocol: http1}}]
                        stores: [{name: jobs, embedded: {seed: {a: "%s"}}}]
                        admin: {port: 0}
                        access-log: {output: none}
                        """.formatted(origin.address())).start();
                Http1Origin.Connection client = gateway.http1Client()) {
            client.send("GET / HTTP/1.1\r\nHost: a.test\r\nx-job: a\r\n\r\n");
            Http1Origin.Connection first = origin.connection();
            first.head();
            first.close();
            Http1Origin.Connection second = origin.connection();
            second.head();
            second.answer("at last");

            assertThat(client.head()).startsWith("HTTP/1.1 200 ");
            assertThat(gateway.ended().attempts()).isEqualTo(2);
            client.text(7);

            client.send("POST / HTTP/1.1\r\nHost: a.test\r\nx-job: a\r\nContent-Length: 0\r\n\r\n");
            Http1Origin.Connection third = origin.connection();
            third.head();
            third.close();

            assertThat(client.head()).startsWith("HTTP/1.1 502 ");
            assertThat(gateway.ended().attempts()).isEqualTo(1);
        }
    }
}
