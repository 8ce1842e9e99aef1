// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What HTTP/1.1 upstreams get from HTTP/2 callers, and what becomes of their connections. */
class Http1PoolTest {

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin();

    private static String answer(FramePeer client, int stream) {
        assertThat(client.awaitHead(stream).status()).isEqualTo("200");
        return client.awaitRest(stream).text();
    }

    @Test
    void sendsOneRequestAfterTheOtherOnOneConnection() {
        Http1Origin origin = gateway.before(Http1Origin.echoing());
        FramePeer client = gateway.client();

        for (int i = 0; i < 20; i++) {
            assertThat(answer(client, client.get("/" + i))).isEqualTo("get /" + i);
            assertThat(gateway.ended().connectionReused()).isEqualTo(i > 0);
        }

        assertThat(origin.connections()).isEqualTo(1);
        assertThat(gateway.pool().opened()).isEqualTo(1);
        assertThat(gateway.pool().reused()).isEqualTo(19);
    }

    @Test
    void sendsABodyOfKnownLengthAndPassesTrailersOn() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand());
        FramePeer client = gateway.client();
        int call = client.post("/", "content-length", "5");
        client.data(call, "hello", true);

        Http1Origin.Connection connection = origin.connection();
        assertThat(connection.request()).startsWith("POST / HTTP/1.1\r\n").endsWith("hello");
        connection.send(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nx-sum: 3\r\n\r\n");

        assertThat(client.awaitHead(call).status()).isEqualTo("200");
        FramePeer.Rest rest = client.awaitRest(call);
        assertThat(rest.text()).isEqualTo("abc");
        assertThat(rest.trailer().value("x-sum")).isEqualTo("3");
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).isNull();
        assertThat(exchange.requestBytes()).isEqualTo(5);
        assertThat(exchange.responseBytes()).isEqualTo(3);
    }

    @Test
    void streamsABodyOfUnknownLengthBothWaysAtOnce() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand());
        FramePeer client = gateway.client();
        int call = client.post("/");
        Http1Origin.Connection connection = origin.connection();
        assertThat(connection.head()).contains("transfer-encoding: chunked");
        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(client.awaitHead(call).status()).isEqualTo("200");

        for (int i = 0; i < 5; i++) {
            client.data(call, "ping", false);
            assertThat(connection.text(9)).isEqualTo("4\r\nping\r\n");
            connection.send("4\r\npong\r\n");
            assertThat(client.awaitData(call, 4)).asString().isEqualTo("pong");
        }
        client.data(call, "", true);
        assertThat(connection.text(5)).isEqualTo("0\r\n\r\n");
        connection.send("0\r\n\r\n");

        assertThat(client.awaitRest(call).text()).isEmpty();
        assertThat(gateway.ended().cause()).isNull();
        assertThat(answersOn(connection, client)).isTrue();
    }

    /** Whether the connection serves another request. */
    private static boolean answersOn(Http1Origin.Connection connection, FramePeer client) throws IOException {
        int call = client.get("/next");
        boolean served = connection.request().startsWith("GET /next ");
        connection.answer("next");
        return served && answer(client, call).equals("next");
    }

    /** HTTP/2 callers may split the field; HTTP/1.1 upstreams expect one (RFC 9113 §8.2.3). */
    @Test
    void joinsTheCookiesOfACaller() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand());
        FramePeer client = gateway.client();
        int call = client.get("/", "cookie", "a=1", "accept", "*/*", "cookie", "b=2; c=3", "cookie", "d=4");
        Http1Origin.Connection connection = origin.connection();

        String head = connection.request();
        connection.answer("ok");

        assertThat(head).containsOnlyOnce("cookie:").contains("\r\ncookie: a=1; b=2; c=3; d=4\r\n");
        assertThat(answer(client, call)).isEqualTo("ok");
    }

    @Test
    void passesInterimResponsesOn() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand());
        FramePeer client = gateway.client();
        int call = client.get("/");
        Http1Origin.Connection connection = origin.connection();
        connection.request();

        connection.send("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");
        assertThat(client.awaitHead(call).status()).isEqualTo("103");
        connection.answer("done");

        assertThat(answer(client, call)).isEqualTo("done");
    }

    @Test
    void answersBeforeTheRequestHasEnded() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand());
        FramePeer client = gateway.client();
        int call = client.post("/");
        client.data(call, "begin", false);
        Http1Origin.Connection connection = origin.connection();
        connection.head();

        connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\ntoo");

        assertThat(client.awaitHead(call).status()).isEqualTo("413");
        assertThat(client.awaitData(call, 3)).asString().isEqualTo("too");
        assertThat(gateway.ended().cause()).isNull();
        int next = client.get("/");
        Http1Origin.Connection second = origin.connection();
        second.request();
        second.answer("ok");
        assertThat(answer(client, next)).isEqualTo("ok");
    }

    @Test
    void usesTheMostRecentlyUsedConnectionFirst() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        Http1Origin origin = gateway.before(Http1Origin.following(connection -> {
            connection.request();
            both.countDown();
            both.await();
            connection.answer("both");
            while (true) {
                connection.request();
                connection.answer(Integer.toString(System.identityHashCode(connection)));
            }
        }));
        FramePeer client = gateway.client();
        int one = client.get("/1");
        int two = client.get("/2");
        assertThat(answer(client, one)).isEqualTo("both");
        assertThat(answer(client, two)).isEqualTo("both");
        String first = answer(client, client.get("/3"));

        for (int i = 0; i < 10; i++) {
            assertThat(answer(client, client.get("/4"))).isEqualTo(first);
        }

        assertThat(origin.connections()).isEqualTo(2);
    }

    @Test
    void letsAnExchangeWaitForAConnection() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand(), "max-connections: 1, queue-timeout: 10s");
        FramePeer client = gateway.client();
        int first = client.get("/1");
        Http1Origin.Connection connection = origin.connection();
        connection.request();
        int second = client.get("/2");
        Await.until("second waits", Duration.ofSeconds(5), () -> gateway.pool().waiting() == 1);

        connection.answer("one");
        assertThat(answer(client, first)).isEqualTo("one");
        assertThat(connection.request()).startsWith("GET /2 ");
        connection.answer("two");

        assertThat(answer(client, second)).isEqualTo("two");
        assertThat(origin.connections()).isEqualTo(1);
    }

    @Test
    void refusesWhatFindsNoConnectionInTime() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand(), "max-connections: 1, queue-timeout: 50ms");
        FramePeer client = gateway.client();
        int held = client.get("/1");
        Http1Origin.Connection connection = origin.connection();
        connection.request();

        int refused = client.get("/2");

        assertThat(client.awaitHead(refused).status()).isEqualTo("503");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.TOO_MANY_CONNECTIONS);
        connection.answer("held");
        assertThat(answer(client, held)).isEqualTo("held");
        assertThat(answersOn(connection, client)).isTrue();
    }

    @Test
    void refusesWhatFindsTheQueueFull() throws Exception {
        gateway.before(Http1Origin.byHand(), "max-connections: 1, max-queue: 0");
        FramePeer client = gateway.client();

        int refused = client.get("/");

        assertThat(client.awaitHead(refused).status()).isEqualTo("503");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.TOO_MANY_CONNECTIONS);
    }

    @Test
    void refusesWhenNobodyListens() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.echoing());
        origin.stopAccepting();
        FramePeer client = gateway.client();

        int refused = client.get("/");

        assertThat(client.awaitHead(refused).status()).isEqualTo("502");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.CONNECT_REFUSED);
        assertThat(gateway.pool().connectFailures()).isEqualTo(2);
    }

    @Test
    void refusesGrpc() {
        gateway.before(Http1Origin.echoing());
        FramePeer client = gateway.client();

        int call = client.grpc();

        assertThat(client.awaitHead(call).value("grpc-status")).isEqualTo("12");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.GRPC_OVER_HTTP1);
        assertThat(answer(client, client.get("/plain"))).isEqualTo("get /plain");
    }

    /** The first request meets what its path says, each later one a proper answer. */
    private static Http1Origin hostile() {
        return Http1Origin.following(connection -> {
            while (true) {
                String head = connection.head();
                String path = head.split(" ", 3)[1];
                switch (path) {
                    case "/silent" -> connection.until("never");
                    case "/stalls" -> {
                        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegin");
                        connection.until("never");
                    }
                    case "/closes" -> {
                        return;
                    }
                    case "/resets" -> connection.reset();
                    case "/cuts" -> {
                        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegin");
                        return;
                    }
                    case "/garbage" -> {
                        connection.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
                        connection.until("never");
                    }
                    case "/chunks" -> {
                        connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n");
                        connection.until("never");
                    }
                    case "/huge" -> {
                        connection.send("HTTP/1.1 200 OK\r\nx-huge: " + "x".repeat(70_000) + "\r\n\r\n");
                        connection.until("never");
                    }
                    default -> connection.answer("ok");
                }
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "/silent, FIRST_BYTE_TIMEOUT, 504, CUT_SHORT",
        "/closes, UPSTREAM_RESET, 502, PEER_CLOSED",
        "/resets, UPSTREAM_RESET, 502, PEER_CLOSED",
        "/garbage, UPSTREAM_PROTOCOL, 502, PEER_PROTOCOL",
        "/huge, UPSTREAM_HEADER_TOO_LARGE, 502, PEER_PROTOCOL",
        "/stalls, UPSTREAM_IDLE, 200, CUT_SHORT",
        "/cuts, UPSTREAM_RESET, 200, PEER_CLOSED",
        "/chunks, UPSTREAM_PROTOCOL, 200, PEER_PROTOCOL",
    })
    void namesWhatAnUpstreamDidWrongAndServesTheNext(String path, Cause cause, String status, UpstreamEnding ending) {
        gateway.before(hostile(), "first-byte-timeout: 200ms, read-timeout: 200ms, http1: {max-head-bytes: 64KiB}");
        FramePeer client = gateway.client();

        int call = client.get(path);

        assertThat(client.awaitHead(call).status()).isEqualTo(status);
        assertThat(gateway.ended().cause()).isEqualTo(cause);
        assertThat(gateway.awaitClosed(1)).containsKey(ending);
        assertThat(answer(client, client.get("/fine"))).isEqualTo("ok");
        assertThat(gateway.ended().cause()).isNull();
    }

    @Test
    void endsARequestWhoseUpstreamDoesNotRead() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand(), "write-timeout: 200ms, replay-bytes: 0B");
        FramePeer client = gateway.client();
        int call = client.post("/");
        Http1Origin.Connection connection = origin.connection();
        connection.head();

        Thread.ofVirtual().start(() -> {
            byte[] chunk = new byte[16_384];
            for (int i = 0; i < 4_000 && client.awaitWindow(call, chunk.length) >= chunk.length; i++) {
                client.dataWithinWindows(call, chunk, 16_384, false);
            }
        });

        assertThat(client.awaitHead(call).status()).isEqualTo("504");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.UPSTREAM_NOT_READING);
        assertThat(gateway.awaitClosed(1)).containsKey(UpstreamEnding.WRITE_TIMEOUT);
    }

    @Test
    void endsTheAttemptWhenTheCallerGoes() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand());
        FramePeer client = gateway.client();
        int call = client.get("/");
        Http1Origin.Connection connection = origin.connection();
        connection.request();

        client.reset(call, WireFrame.CANCEL);

        assertThat(connection.ended()).isTrue();
        assertThat(gateway.ended().cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
    }

    @Test
    void closesAConnectionThatIsIdleOrWorn() {
        gateway.before(Http1Origin.echoing(), "idle-timeout: 1s, ping-after: 1s, http1: {max-requests: 2}");
        FramePeer client = gateway.client();

        for (int i = 0; i < 3; i++) {
            answer(client, client.get("/"));
        }

        assertThat(gateway.awaitClosed(2))
                .containsEntry(UpstreamEnding.MAX_REQUESTS, 1L)
                .containsEntry(UpstreamEnding.IDLE, 1L);
    }

    @Test
    void sendsAnEventAtOnce() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand(), "read-timeout: 100ms");
        FramePeer client = gateway.client();
        int call = client.get("/");
        Http1Origin.Connection connection = origin.connection();
        connection.request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(client.awaitHead(call).status()).isEqualTo("200");
        gateway.awaitNanos(400_000_000); // longer than the read timeout, which is not for event streams

        long sent = System.nanoTime();
        connection.send("9\r\ndata: 1\n\n\r\n");
        client.awaitData(call, 9);

        assertThat(Duration.ofNanos(System.nanoTime() - sent)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void makesAnUnansweredGetAgainWhenAnIdleConnectionWasClosed() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand());
        FramePeer client = gateway.client();
        int first = client.get("/1");
        Http1Origin.Connection stale = origin.connection();
        stale.request();
        stale.answer("one");
        answer(client, first);
        assertThat(gateway.ended().connectionReused()).isFalse();

        int second = client.get("/2");
        stale.request();
        stale.close(); // as if the end had been on its way already
        Http1Origin.Connection young = origin.connection();
        assertThat(young.request()).startsWith("GET /2 ");
        young.answer("two");

        assertThat(answer(client, second)).isEqualTo("two");
        assertThat(gateway.ended().cause()).isNull();
    }

    @Test
    void makesNoUnansweredPostAgain() throws Exception {
        Http1Origin origin = gateway.before(Http1Origin.byHand());
        FramePeer client = gateway.client();

        int call = client.post("/", "content-length", "2");
        client.data(call, "hi", true);
        Http1Origin.Connection connection = origin.connection();
        connection.request();
        connection.close();

        assertThat(client.awaitHead(call).status()).isEqualTo("502");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.UPSTREAM_RESET);
        assertThat(origin.connections()).isEqualTo(1);
    }
}
