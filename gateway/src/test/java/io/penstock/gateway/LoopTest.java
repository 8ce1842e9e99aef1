// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static io.penstock.gateway.LoopGateway.answer;
import static io.penstock.gateway.LoopGateway.ask;
import static io.penstock.gateway.LoopGateway.got;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.LoopGateway.Pair;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exchanges that need no thread of their own: where they are served, and what becomes of those that turn out to need one. */
@Timeout(60)
class LoopTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void servesAllButTheFirstRequestOfAConnectionOnTheLoop() throws Exception {
        try (LoopGateway gateway = LoopGateway.echoing().start()) {
            Http1Origin.Connection client = gateway.warm();

            for (int i = 0; i < 50; i++) {
                assertThat(got(client, "/" + i)).isEqualTo("get /" + i);
                assertThat(gateway.requestOnLoop()).isTrue();
                assertThat(gateway.responseOnLoop()).isTrue();
                assertThat(gateway.ended().connectionReused()).isTrue();
            }

            assertThat(gateway.origin().connections()).isEqualTo(1);
            assertThat(gateway.pool().opened()).isEqualTo(1);
        }
    }

    @Test
    void hasAsManyLoopsAsTheConfigurationSays() throws Exception {
        try (Http1Origin origin = Http1Origin.echoing();
                RunningGateway gateway =
                        RunningGateway.with("""
                        listeners: [{name: main, address: 127.0.0.1, port: 0}]
                        routes: [{name: all, cluster: origin}]
                        clusters: [{name: origin, endpoints: ["%s"], upstream: {protocol: http1}}]
                        admin: {port: 0}
                        event-loops: 97
                        """.formatted(origin.address())).start()) {
            assertThat(LoopGateway.got(gateway.http1Client(), "/here")).contains("/here");

            Set<String> threads = Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .collect(Collectors.toSet());
            assertThat(threads).contains("event-loop-96").doesNotContain("event-loop-97");
        }
    }

    @Test
    void servesASmallBodyOnTheLoop() throws Exception {
        try (LoopGateway gateway = LoopGateway.byHand().start()) {
            Pair pair = gateway.warmPair();

            pair.client().send("PUT /small HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhello");

            assertThat(pair.upstream().request()).startsWith("PUT /small ").endsWith("\r\n\r\nhello");
            pair.answer("thanks");
            assertThat(gateway.requestOnLoop()).isTrue();
            assertThat(gateway.responseOnLoop()).isTrue();
            assertThat(gateway.ended().requestBytes()).isEqualTo(5);
        }
    }

    @Test
    void answersWhatIsPipelinedInItsOrder() throws Exception {
        try (LoopGateway gateway = LoopGateway.echoing().start()) {
            Http1Origin.Connection client = gateway.warm();
            StringBuilder many = new StringBuilder();
            for (int i = 0; i < 300; i++) {
                many.append("GET /").append(i).append(" HTTP/1.1\r\nHost: a.test\r\n\r\n");
            }

            client.send(many.toString());

            for (int i = 0; i < 300; i++) {
                assertThat(answer(client)).isEqualTo("get /" + i);
            }
            assertThat(got(client, "/after")).isEqualTo("get /after");
        }
    }

    /** More of them than have their turn at once, and none needs an upstream. */
    @Test
    void answersWhatIsPipelinedByItself() throws Exception {
        int rounds = 20;
        int each = 100;
        try (LoopGateway gateway = LoopGateway.echoing()
                .route("name: own, path-prefix: /own, answer: {status: 200, body: own}")
                .start()) {
            Http1Origin.Connection client = gateway.warm();
            String own = "GET /own HTTP/1.1\r\nHost: a.test\r\n\r\n".repeat(each);
            Thread sender = Thread.startVirtualThread(() -> {
                try {
                    for (int i = 0; i < rounds; i++) {
                        ask(client, "/" + i);
                        client.send(own);
                    }
                } catch (IOException e) {
                    // seen below: answers are missing
                }
            });

            for (int i = 0; i < rounds; i++) {
                assertThat(answer(client)).isEqualTo("get /" + i);
                for (int j = 0; j < each; j++) {
                    assertThat(answer(client)).isEqualTo("own");
                }
            }
            sender.join(SOON);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 20, 39, 45})
    void givesAResponseThatComesInPiecesToAThread(int first) throws Exception {
        try (LoopGateway gateway = LoopGateway.byHand().start()) {
            Pair pair = gateway.warmPair();
            String response = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
            pair.ask("/pieces");

            pair.upstream().send(response.substring(0, first));
            if (first > 39) { // its head, and what has come of its body, goes on at once
                assertThat(pair.client().head()).contains("content-length: 10");
                assertThat(pair.client().text(first - 39)).isEqualTo(response.substring(39, first));
                pair.upstream().send(response.substring(first));
                assertThat(pair.client().text(49 - first)).isEqualTo(response.substring(first));
            } else {
                gateway.running().awaitNanos(20_000_000);
                pair.upstream().send(response.substring(first));
                assertThat(answer(pair.client())).isEqualTo("0123456789");
            }

            assertThat(gateway.ended().responseBytes()).isEqualTo(10);
            pair.ask("/next");
            pair.answer("next");
        }
    }

    @Test
    void givesARequestThatComesInPiecesToAThread() throws Exception {
        try (LoopGateway gateway = LoopGateway.byHand().start()) {
            Pair pair = gateway.warmPair();

            pair.client().send("PUT /pieces HT");
            gateway.running().awaitNanos(20_000_000);
            pair.client().send("TP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\n01234");
            assertThat(pair.upstream().head()).startsWith("PUT /pieces ");
            assertThat(pair.upstream().text(5)).isEqualTo("01234");
            pair.client().send("56789");
            assertThat(pair.upstream().text(5)).isEqualTo("56789");

            pair.answer("thanks");
            assertThat(gateway.requestOnLoop()).isFalse();
        }
    }

    /** The first of them may come with those behind it, or with a part of them. */
    @ParameterizedTest
    @ValueSource(ints = {10, 40, 60, 80, 100, 120})
    void passesInterimResponsesOnInTheirOrder(int first) throws Exception {
        String interim = "HTTP/1.1 103 Early Hints\r\nlink: </%s>\r\n\r\n";
        String all = interim.formatted("a") + interim.formatted("b") + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        int atOnce = Math.min(2, first / interim.formatted("a").length());
        try (LoopGateway gateway = LoopGateway.byHand().start()) {
            Pair pair = gateway.warmPair();
            pair.ask("/hints");

            pair.upstream().send(all.substring(0, first));
            if (atOnce == 0) {
                gateway.running().awaitNanos(20_000_000);
            }
            assertHints(pair.client(), 0, atOnce);
            pair.upstream().send(all.substring(first));
            assertHints(pair.client(), atOnce, 2);

            assertThat(answer(pair.client())).isEqualTo("ok");
            assertThat(gateway.requestOnLoop()).isTrue();
            // a part of a head needs a thread when it comes alone, which only the clock can see to
            assertThat(gateway.responseOnLoop() || atOnce == 0)
                    .as("of a whole head")
                    .isTrue();
            assertThat(gateway.ended().cause()).isNull();
            pair.ask("/next");
            pair.answer("next");
        }
    }

    private static void assertHints(Http1Origin.Connection client, int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            assertThat(client.head()).startsWith("HTTP/1.1 103 ").contains("link: </" + (char) ('a' + i) + '>');
        }
    }

    @Test
    void takesAClientThatDoesNotReadToItsThread() throws Exception {
        int size = 12_000;
        int requests = 2_000;
        String body = "x".repeat(size);
        try (LoopGateway gateway = LoopGateway.following(connection -> {
                    while (true) {
                        connection.request();
                        connection.answer(body);
                    }
                })
                .start()) {
            Http1Origin.Connection client = gateway.warm();
            Thread sender = Thread.startVirtualThread(() -> {
                try {
                    for (int i = 0; i < requests; i++) {
                        ask(client, "/" + i);
                    }
                } catch (IOException e) {
                    // seen below: answers are missing
                }
            });
            for (int i = 0; i < 100; i++) { // until it stands: more is on its way than sockets hold
                gateway.ended();
            }

            for (int i = 0; i < requests; i++) {
                assertThat(answer(client)).hasSize(size);
            }

            sender.join(SOON);
            assertThat(got(client, "/after")).hasSize(size);
        }
    }

    @Test
    void sharesOneUpstreamConnectionBetweenLoopsAndThreads() throws Exception {
        try (LoopGateway gateway = LoopGateway.echoing().start()) {
            int clients = 2 * Runtime.getRuntime().availableProcessors() + 1;
            Http1Origin.Connection[] all = new Http1Origin.Connection[clients];
            for (int i = 0; i < clients; i++) {
                all[i] = gateway.running().http1Client();
            }
            FramePeer http2 = gateway.running().client();

            for (int round = 0; round < 20; round++) {
                for (Http1Origin.Connection client : all) {
                    assertThat(got(client, "/" + round)).isEqualTo("get /" + round);
                    gateway.ended();
                }
                int stream = http2.get("/two");
                assertThat(http2.awaitHead(stream).status()).isEqualTo("200");
                assertThat(http2.awaitRest(stream).text()).isEqualTo("get /two");
                gateway.ended();
            }

            assertThat(gateway.origin().connections()).isEqualTo(1);
        }
    }

    /** Whoever looks whether the client is still there reads the beginning of its next request. */
    @Test
    void servesARequestThatBeginsWhereALargeOneWas() throws Exception {
        try (LoopGateway gateway = LoopGateway.byHand().start()) {
            Http1Origin.Connection client = gateway.running().http1Client();
            client.send("GET /large HTTP/1.1\r\nHost: a.test\r\nx-large: " + "x".repeat(7_000) + "\r\n\r\n");
            Pair pair = new Pair(client, gateway.origin().connection());
            pair.upstream().request();
            gateway.running().awaitNanos(500_000_000); // longer than a client is taken on trust
            pair.answer("large");
            gateway.ended();
            gateway.running().awaitNanos(20_000_000);

            client.send("GET /next HTTP/1.1\r\nHost: a.test\r\nx-large: " + "x".repeat(3_000) + "\r\n\r\n");

            assertThat(pair.upstream().request()).startsWith("GET /next ");
            pair.answer("next");
        }
    }
}
