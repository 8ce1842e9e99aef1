// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.UpstreamEnding;
import io.penstock.gateway.filter.Filter;
import io.penstock.gateway.wire.EventLoop;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exchanges that need no thread of their own: where they are served, and what becomes of those that turn out to need one. */
@Timeout(60)
class LoopTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    /** Notes where each request was opened. */
    private static final class Places implements Filter {
        private final LinkedBlockingQueue<Boolean> onLoop = new LinkedBlockingQueue<>();

        @Override
        public void request(Exchange exchange) {
            onLoop.add(EventLoop.current() != null);
        }

        @Override
        public void response(Exchange exchange, Head response) {}

        boolean next() throws InterruptedException {
            Boolean place = onLoop.poll(30, TimeUnit.SECONDS);
            assertThat(place).as("a request was opened").isNotNull();
            return place;
        }
    }

    private final Places places = new Places();

    private RunningGateway gateway(Http1Origin origin, String upstream) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["%s"], upstream: {protocol: http1%s}}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(origin.address(), upstream.isEmpty() ? "" : ", " + upstream))
                .filter(places)
                .start();
    }

    private static Http1Origin.Connection client(RunningGateway gateway) throws IOException {
        return new Http1Origin.Connection(
                new Socket(gateway.address().getAddress(), gateway.address().getPort()));
    }

    private static void ask(Http1Origin.Connection client, String path) throws IOException {
        client.send("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n");
    }

    private static String answer(Http1Origin.Connection client) throws IOException {
        String head = client.head();
        assertThat(head).startsWith("HTTP/1.1 200 ");
        return client.text(Http1Origin.length(head));
    }

    private static String got(Http1Origin.Connection client, String path) throws IOException {
        ask(client, path);
        return answer(client);
    }

    /** A client whose connection, and one to the upstream, are on a loop. */
    private Http1Origin.Connection warm(RunningGateway gateway) throws Exception {
        Http1Origin.Connection client = client(gateway);
        for (int i = 0; i < 3; i++) {
            got(client, "/warm");
            assertThat(places.next()).isEqualTo(i > 0);
            assertThat(gateway.ended().cause()).isNull();
        }
        return client;
    }

    /** The same, with the upstream's connection in the hands of the test. */
    private Http1Origin.Connection[] warmByHand(Http1Origin origin, RunningGateway gateway) throws Exception {
        Http1Origin.Connection client = client(gateway);
        ask(client, "/warm");
        Http1Origin.Connection upstream = origin.connection();
        for (int i = 0; i < 3; i++) {
            if (i > 0) {
                ask(client, "/warm");
            }
            upstream.request();
            upstream.answer("warm");
            assertThat(answer(client)).isEqualTo("warm");
            assertThat(places.next()).isEqualTo(i > 0);
            assertThat(gateway.ended().cause()).isNull();
        }
        return new Http1Origin.Connection[] {client, upstream};
    }

    @Test
    void servesAllButTheFirstRequestOfAConnectionOnTheLoop() throws Exception {
        try (Http1Origin origin = Http1Origin.echoing();
                RunningGateway gateway = gateway(origin, "")) {
            Http1Origin.Connection client = warm(gateway);

            for (int i = 0; i < 50; i++) {
                assertThat(got(client, "/" + i)).isEqualTo("get /" + i);
                assertThat(places.next()).isTrue();
                assertThat(gateway.ended().connectionReused()).isTrue();
            }

            assertThat(origin.connections()).isEqualTo(1);
            assertThat(gateway.pool().opened()).isEqualTo(1);
        }
    }

    @Test
    void servesASmallBodyOnTheLoop() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway = gateway(origin, "")) {
            Http1Origin.Connection[] pair = warmByHand(origin, gateway);

            pair[0].send("POST /small HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhello");

            assertThat(pair[1].request()).startsWith("POST /small ").endsWith("\r\n\r\nhello");
            pair[1].answer("thanks");
            assertThat(answer(pair[0])).isEqualTo("thanks");
            assertThat(places.next()).isTrue();
            assertThat(gateway.ended().requestBytes()).isEqualTo(5);
        }
    }

    @Test
    void answersWhatIsPipelinedInItsOrder() throws Exception {
        try (Http1Origin origin = Http1Origin.echoing();
                RunningGateway gateway = gateway(origin, "")) {
            Http1Origin.Connection client = warm(gateway);
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
        try (Http1Origin origin = Http1Origin.echoing();
                RunningGateway gateway = RunningGateway.with("""
                        listeners: [{name: main, address: 127.0.0.1, port: 0}]
                        routes:
                          - {name: own, path-prefix: /own, answer: {status: 200, body: own}}
                          - {name: all, cluster: origin}
                        clusters: [{name: origin, endpoints: ["%s"], upstream: {protocol: http1}}]
                        admin: {port: 0}
                        access-log: {output: none}
                        """.formatted(origin.address()))
                        .filter(places)
                        .start()) {
            Http1Origin.Connection client = warm(gateway);
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
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway = gateway(origin, "")) {
            Http1Origin.Connection[] pair = warmByHand(origin, gateway);
            String response = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
            ask(pair[0], "/pieces");
            pair[1].request();

            pair[1].send(response.substring(0, first));
            if (first > 39) { // its head, and what has come of its body, goes on at once
                assertThat(pair[0].head()).contains("content-length: 10");
                assertThat(pair[0].text(first - 39)).isEqualTo(response.substring(39, first));
                pair[1].send(response.substring(first));
                assertThat(pair[0].text(49 - first)).isEqualTo(response.substring(first));
            } else {
                gateway.awaitNanos(20_000_000);
                pair[1].send(response.substring(first));
                assertThat(answer(pair[0])).isEqualTo("0123456789");
            }

            assertThat(gateway.ended().responseBytes()).isEqualTo(10);
            ask(pair[0], "/next");
            pair[1].request();
            pair[1].answer("next");
            assertThat(answer(pair[0])).isEqualTo("next");
        }
    }

    @Test
    void givesARequestThatComesInPiecesToAThread() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway = gateway(origin, "")) {
            Http1Origin.Connection[] pair = warmByHand(origin, gateway);

            pair[0].send("POST /pieces HT");
            gateway.awaitNanos(20_000_000);
            pair[0].send("TP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\n01234");
            assertThat(pair[1].head()).startsWith("POST /pieces ");
            assertThat(pair[1].text(5)).isEqualTo("01234");
            pair[0].send("56789");
            assertThat(pair[1].text(5)).isEqualTo("56789");
            pair[1].answer("thanks");

            assertThat(answer(pair[0])).isEqualTo("thanks");
            assertThat(places.next()).isFalse();
        }
    }

    @Test
    void passesInterimResponsesOn() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway = gateway(origin, "")) {
            Http1Origin.Connection[] pair = warmByHand(origin, gateway);
            ask(pair[0], "/");
            pair[1].request();

            pair[1].send("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
            assertThat(pair[0].head()).startsWith("HTTP/1.1 103 ").contains("link: </a>");
            pair[1].send(
                    "HTTP/1.1 103 Early Hints\r\nlink: </b>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

            assertThat(pair[0].head()).startsWith("HTTP/1.1 103 ").contains("link: </b>");
            assertThat(answer(pair[0])).isEqualTo("ok");
        }
    }

    @Test
    void takesAClientThatDoesNotReadToItsThread() throws Exception {
        int size = 12_000;
        int requests = 2_000;
        String body = "x".repeat(size);
        try (Http1Origin origin = Http1Origin.following(connection -> {
                    while (true) {
                        connection.request();
                        connection.answer(body);
                    }
                });
                RunningGateway gateway = gateway(origin, "");
                Http1Origin.Connection client = warm(gateway)) {
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
    void learnsThatTheClientIsGone() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway = gateway(origin, "")) {
            Http1Origin.Connection[] pair = warmByHand(origin, gateway);
            ask(pair[0], "/long");
            pair[1].request();

            pair[0].close();

            assertThat(gateway.ended().cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
            assertThat(pair[1].ended()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {50, 600, 1024, 2048})
    void answersARequestRightBeforeTheClientsEndWhereThatIsAllowed(int length) throws Exception {
        String head = "GET /large HTTP/1.1\r\nHost: a.test\r\nx-large: ";
        String large = head + "x".repeat(Math.max(0, length - head.length() - 4)) + "\r\n\r\n";
        try (Http1Origin origin = Http1Origin.echoing();
                RunningGateway gateway = halfClosing(origin)) {
            for (int i = 0; i < 20; i++) {
                Http1Origin.Connection client = warm(gateway);
                client.send(large);
                assertThat(answer(client)).isEqualTo("get /large");

                client.send(large);
                client.finish();

                assertThat(answer(client)).isEqualTo("get /large");
                assertThat(client.ended()).isTrue();
                for (int j = 0; j < 2; j++) {
                    assertThat(gateway.ended().cause()).isNull();
                    places.next();
                }
            }
        }
    }

    private RunningGateway halfClosing(Http1Origin origin) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0, http1: {half-close: true}}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["%s"], upstream: {protocol: http1}}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(origin.address()))
                .filter(places)
                .start();
    }

    @Test
    void answersAfterTheClientHasEndedItsSideWhereThatIsAllowed() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway = halfClosing(origin)) {
            Http1Origin.Connection[] pair = warmByHand(origin, gateway);
            ask(pair[0], "/half");
            pair[1].request();
            pair[0].finish();
            gateway.awaitNanos(20_000_000);

            pair[1].answer("whole");

            assertThat(answer(pair[0])).isEqualTo("whole");
            assertThat(pair[0].ended()).isTrue();
            assertThat(gateway.ended().cause()).isNull();
        }
    }

    @Test
    void seesAnIdleUpstreamConnectionCloseWithoutARequest() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway = gateway(origin, "")) {
            Http1Origin.Connection[] pair = warmByHand(origin, gateway);

            pair[1].close();

            Await.until("the ledger has it", SOON, () -> gateway.pool().open() == 0);
            assertThat(gateway.pool().closed()).containsEntry(UpstreamEnding.PEER_CLOSED, 1L);
            ask(pair[0], "/next");
            Http1Origin.Connection next = origin.connection();
            next.request();
            next.answer("next");
            assertThat(answer(pair[0])).isEqualTo("next");
        }
    }

    @Test
    void repeatsOnAnotherConnectionWhatAStaleOneDidNotTake() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway = gateway(origin, "")) {
            Http1Origin.Connection[] pair = warmByHand(origin, gateway);
            ask(pair[0], "/again");
            assertThat(pair[1].request()).startsWith("GET /again ");

            pair[1].close();

            Http1Origin.Connection other = origin.connection();
            assertThat(other.request()).startsWith("GET /again ");
            other.answer("here");
            assertThat(answer(pair[0])).isEqualTo("here");
            Exchange exchange = gateway.ended();
            assertThat(exchange.cause()).isNull();
            assertThat(exchange.attempts()).isEqualTo(2);
        }
    }

    @Test
    void doesNotRepeatWhatMayHaveBeenProcessed() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway = gateway(origin, "")) {
            Http1Origin.Connection[] pair = warmByHand(origin, gateway);
            pair[0].send("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 2\r\n\r\nok");
            pair[1].request();

            pair[1].reset();

            assertThat(pair[0].head()).startsWith("HTTP/1.1 502 ");
            assertThat(gateway.ended().cause()).isEqualTo(Cause.UPSTREAM_RESET);
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    @Test
    void sharesOneUpstreamConnectionBetweenLoopsAndThreads() throws Exception {
        try (Http1Origin origin = Http1Origin.echoing();
                RunningGateway gateway = gateway(origin, "")) {
            int clients = 2 * Runtime.getRuntime().availableProcessors() + 1;
            Http1Origin.Connection[] all = new Http1Origin.Connection[clients];
            for (int i = 0; i < clients; i++) {
                all[i] = client(gateway);
            }
            FramePeer http2 = gateway.client();

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

            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    /** Whoever looks whether the client is still there reads the beginning of its next request. */
    @Test
    void servesARequestThatBeginsWhereALargeOneWas() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway = gateway(origin, "")) {
            Http1Origin.Connection client = client(gateway);
            client.send("GET /large HTTP/1.1\r\nHost: a.test\r\nx-large: " + "x".repeat(7_000) + "\r\n\r\n");
            Http1Origin.Connection upstream = origin.connection();
            upstream.request();
            gateway.awaitNanos(500_000_000); // longer than a client is taken on trust
            upstream.answer("large");
            assertThat(answer(client)).isEqualTo("large");
            gateway.ended();
            gateway.awaitNanos(20_000_000);

            client.send("GET /next HTTP/1.1\r\nHost: a.test\r\nx-large: " + "x".repeat(3_000) + "\r\n\r\n");

            assertThat(upstream.request()).startsWith("GET /next ");
            upstream.answer("next");
            assertThat(answer(client)).isEqualTo("next");
        }
    }

    @Test
    void endsAnAttemptWhoseResponseIsLate() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway = gateway(origin, "first-byte-timeout: 100ms")) {
            Http1Origin.Connection[] pair = warmByHand(origin, gateway);
            ask(pair[0], "/silent");
            pair[1].request();

            assertThat(pair[0].head()).startsWith("HTTP/1.1 504 ");
            assertThat(gateway.ended().cause()).isEqualTo(Cause.FIRST_BYTE_TIMEOUT);
            pair[0].text(0);

            assertThat(pair[1].ended()).isTrue();
        }
    }
}
