// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1.1 callers on their own threads: to HTTP/1.1 and to HTTP/2 upstreams. */
@Timeout(60)
class Http1FrontTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String UPGRADE = """
            GET /chat HTTP/1.1\r
            Host: a\r
            Connection: upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            Sec-WebSocket-Version: 13\r
            \r
            """;
    private static final String UPGRADED = """
            HTTP/1.1 101 Switching Protocols\r
            Connection: upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
            \r
            """;

    private static String answer(Http1Origin.Connection client, int bytes) throws IOException {
        String head = client.head();
        assertThat(head).startsWith("HTTP/1.1 200 ");
        return client.text(bytes);
    }

    @Test
    void forwardsOneRequestAfterTheOther() throws Exception {
        try (Http1Origin origin = Http1Origin.echoing();
                Http1Front front = new Http1Front(origin.port(), "protocol: http1");
                Http1Origin.Connection client = front.client()) {
            for (int i = 0; i < 50; i++) {
                client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(answer(client, 6)).isEqualTo("get /x");
            }

            assertThat(origin.connections()).isEqualTo(1);
            assertThat(front.pool().reused()).isEqualTo(49);
        }
    }

    /** Long enough for somebody to watch whether the client is still there. */
    @Test
    void sendsARequestOnAConnectionThatTookLongToOpen() throws Exception {
        try (RunningGateway gateway = RunningGateway.toOrigin("connect-timeout: 10s, queue-timeout: 10s")
                .start()) {
            gateway.origin().settings((long[]) null);
            try (Http1Origin.Connection client = gateway.http1Client()) {
                client.send(GET);
                FramePeer origin = gateway.origin().connection();
                gateway.awaitNanos(600_000_000);

                origin.settings();
                origin.acknowledgeSettings();
                origin.awaitHead(1);
                origin.head(1, false, ":status", "200", "content-length", "2");
                origin.data(1, "ok", true);

                assertThat(answer(client, 2)).isEqualTo("ok");
            }
        }
    }

    @Test
    void forwardsBodiesOfEitherFraming() throws Exception {
        try (Http1Front front = Http1Front.byHand("")) {
            Http1Origin.Connection client = front.client();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
            Http1Origin.Connection connection = front.upstream();
            assertThat(connection.request()).endsWith("\r\n\r\nhello");
            connection.answer("one");
            assertThat(answer(client, 3)).isEqualTo("one");

            client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            assertThat(connection.head()).contains("transfer-encoding: chunked");
            assertThat(connection.text(8)).isEqualTo("3\r\nabc\r\n");
            client.send("0\r\n\r\n");
            assertThat(connection.text(5)).isEqualTo("0\r\n\r\n");
            connection.answer("two");

            assertThat(answer(client, 3)).isEqualTo("two");
            assertThat(front.ended().cause()).isNull();
        }
    }

    @Test
    void passesContinueOn() throws Exception {
        try (Http1Front front = Http1Front.byHand("")) {
            Http1Origin.Connection client = front.client();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
            Http1Origin.Connection connection = front.upstream();
            assertThat(connection.head()).contains("expect: 100-continue");
            connection.send("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 100 ");
            client.send("hello");
            assertThat(connection.text(5)).isEqualTo("hello");
            connection.answer("ok");

            assertThat(answer(client, 2)).isEqualTo("ok");
        }
    }

    @Test
    void answersAnUploadEarly() throws Exception {
        try (Http1Front front = Http1Front.byHand("")) {
            Http1Origin.Connection client = front.client();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nbegin");
            Http1Origin.Connection connection = front.upstream();
            connection.head();
            connection.answer("no");

            assertThat(answer(client, 2)).isEqualTo("no");
            client.send("later" + GET);
            Http1Origin.Connection next = front.upstream();
            next.request();
            next.answer("ok");

            assertThat(answer(client, 2)).isEqualTo("ok");
            assertThat(front.pool().closed()).containsKey(UpstreamEnding.NOT_KEPT);
        }
    }

    @Test
    void passesEachEventOnAtOnce() throws Exception {
        try (Http1Front front = Http1Front.byHand("")) {
            Http1Origin.Connection client = front.client();
            client.send(GET);
            Http1Origin.Connection connection = front.upstream();
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(client.head()).contains("text/event-stream");

            for (int i = 0; i < 10; i++) {
                connection.send("4\r\nab\n\n\r\n");
                assertThat(client.until("ab\n\n\r\n")).endsWith("ab\n\n\r\n");
            }
        }
    }

    @Test
    void refusesWhatItsUpstreamBreaksAndServesTheNext() throws Exception {
        try (Http1Origin origin = Http1Origin.following(connection -> {
                    while (true) {
                        String request = connection.request();
                        if (request.startsWith("POST")) {
                            return;
                        }
                        connection.answer("ok");
                    }
                });
                Http1Front front = new Http1Front(origin.port(), "protocol: http1");
                Http1Origin.Connection client = front.client()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
            String refusal = client.head();
            assertThat(refusal).startsWith("HTTP/1.1 502 ");
            assertThat(client.until("\n")).contains("upstream reset");
            assertThat(front.ended().cause()).isEqualTo(Cause.UPSTREAM_RESET);

            client.send(GET);

            assertThat(answer(client, 2)).isEqualTo("ok");
        }
    }

    @Test
    void opensAnotherConnectionWhenAnIdleOneIsClosedUnseen() throws Exception {
        try (Http1Front front = Http1Front.byHand("max-connections: 1")) {
            Http1Origin.Connection client = front.client();
            client.send(GET);
            Http1Origin.Connection stale = front.upstream();
            stale.request();
            stale.answer("one");
            assertThat(answer(client, 3)).isEqualTo("one");

            client.send(GET);
            stale.request();
            stale.close();
            Http1Origin.Connection young = front.upstream();
            young.request();
            young.answer("two");

            assertThat(answer(client, 3)).isEqualTo("two");
        }
    }

    @Test
    void dialsOnceMoreAndThenRefuses() throws Exception {
        try (Http1Origin origin = Http1Origin.echoing();
                Http1Front front = new Http1Front(origin.port(), "protocol: http1");
                Http1Origin.Connection client = front.client()) {
            origin.stopAccepting();
            client.send(GET);

            assertThat(client.head()).startsWith("HTTP/1.1 502 ");
            assertThat(front.ended().cause()).isEqualTo(Cause.CONNECT_REFUSED);
            assertThat(front.pool().connectFailures()).isEqualTo(2);
        }
    }

    @Test
    void keepsTheUpstreamsConnectionWhenTheClientIsGoneBeforeAnAnswerWithoutBody() throws Exception {
        List<LogRecord> defects = new CopyOnWriteArrayList<>();
        Logger logger = Logger.getLogger("io.penstock.gateway.http1.Http1Exchange");
        logger.setFilter(entry -> !defects.add(entry));
        try (Http1Front front = Http1Front.byHand("")) {
            Http1Origin.Connection client = front.client();
            client.send(GET);
            Http1Origin.Connection connection = front.upstream();
            connection.head();

            client.reset();
            connection.send("HTTP/1.1 204 No Content\r\n\r\n");

            assertThat(front.ended().cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
            try (Http1Origin.Connection next = front.client()) {
                next.send(GET);
                connection.head();
                connection.answer("again");
                assertThat(next.request()).endsWith("\r\n\r\nagain");
            }
            assertThat(front.pool().opened()).isEqualTo(1);
            assertThat(defects).isEmpty();
        } finally {
            logger.setFilter(null);
        }
    }

    /** Meanwhile the gateway has begun to watch whether the client is still there. */
    @Test
    void servesARequestThatHasWaitedForLong() throws Exception {
        try (Http1Front front = Http1Front.byHand("max-connections: 1, queue-timeout: 10s")) {
            Http1Origin.Connection one = front.client();
            Http1Origin.Connection two = front.client();
            one.send(GET);
            Http1Origin.Connection connection = front.upstream();
            connection.head();
            two.send(GET);
            Await.until("two waits", Duration.ofSeconds(5), () -> front.pool().waiting() == 1);
            front.awaitNanos(800_000_000);

            connection.answer("one");
            assertThat(one.request()).endsWith("one");
            connection.head();
            connection.answer("two");

            assertThat(two.request()).endsWith("two");
        }
    }

    /** The watch for the client's end sees the end at about the time at which the response is over. */
    @RepeatedTest(10)
    void findsNoFaultWithAClientThatClosesAfterALateResponse() throws Exception {
        List<Http1Origin.Connection> clients = new ArrayList<>();
        try (Http1Front front = Http1Front.byHand("")) {
            List<Http1Origin.Connection> upstreams = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Http1Origin.Connection client = front.client();
                clients.add(client);
                client.send(GET);
                Http1Origin.Connection upstream = front.upstream();
                upstream.head();
                upstreams.add(upstream);
            }
            front.awaitNanos(400_000_000);

            for (int i = 0; i < 20; i++) {
                boolean chunked = i % 2 == 0;
                upstreams
                        .get(i)
                        .send(
                                chunked
                                        ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
                                        : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                clients.get(i).head();
                clients.get(i).text(chunked ? 12 : 2);
                clients.get(i).close();
                assertThat(front.ended().cause()).isNull();
            }
        } finally {
            for (Http1Origin.Connection client : clients) {
                client.close();
            }
        }
    }

    @Test
    void copiesBothWaysAfterAnUpgradeAndPassesAHalfCloseOn() throws Exception {
        try (Http1Front front = Http1Front.byHand("")) {
            Http1Origin.Connection client = front.client();
            client.send(UPGRADE);
            Http1Origin.Connection connection = front.upstream();
            assertThat(connection.head()).contains("upgrade: websocket").contains("dGhlIHNhbXBsZSBub25jZQ==");
            connection.send(UPGRADED);
            assertThat(client.head())
                    .startsWith("HTTP/1.1 101 ")
                    .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

            for (int i = 0; i < 10; i++) {
                client.send("to");
                assertThat(connection.text(2)).isEqualTo("to");
                connection.send("fro");
                assertThat(client.text(3)).isEqualTo("fro");
            }
            client.finish();
            assertThat(connection.ended()).isTrue();
            connection.send("still");
            assertThat(client.text(5)).isEqualTo("still");
            connection.close();

            assertThat(client.ended()).isTrue();
            assertThat(front.ended().cause()).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"v1", "v2"})
    void tellsTheUpstreamWhoCallsAndSharesNoConnection(String version) throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                Http1Front front = new Http1Front(origin.port(), "protocol: http1, proxy-protocol: " + version);
                Http1Origin.Connection one = front.client();
                Http1Origin.Connection two = front.client()) {
            for (Http1Origin.Connection client : new Http1Origin.Connection[] {one, two}) {
                client.send(GET);
                Http1Origin.Connection connection = origin.connection();
                int port = client.localPort();
                if (version.equals("v1")) {
                    assertThat(connection.until("\r\n"))
                            .isEqualTo("PROXY TCP4 127.0.0.1 127.0.0.1 " + port + " " + origin.port() + "\r\n");
                } else {
                    String header = connection.text(28);
                    assertThat(header)
                            .startsWith("\r\n\r\n\0\r\nQUIT\n!\u0011\0\u000c\u007f\0\0\u0001\u007f\0\0\u0001");
                    assertThat(header.charAt(24) << 8 | header.charAt(25)).isEqualTo(port);
                }
                assertThat(connection.head()).startsWith("GET / ");
                connection.answer("ok");
                assertThat(answer(client, 2)).isEqualTo("ok");
                client.send(GET);
                connection.request();
                connection.answer("again");
                assertThat(answer(client, 5)).isEqualTo("again");
            }

            assertThat(origin.connections()).isEqualTo(2);
        }
    }

    @Test
    void forwardsToHttp2() throws Exception {
        try (Origin origin = new Origin();
                Http1Front front = new Http1Front(origin.port(), "protocol: h2c");
                Http1Origin.Connection client = front.client()) {
            client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
            FramePeer peer = origin.connection();
            assertThat(peer.awaitHead(1).value(":path")).isEqualTo("/x");
            assertThat(peer.awaitRest(1).text()).isEqualTo("hello");
            peer.head(1, false, ":status", "200", "content-length", "3");
            peer.data(1, "one", true);
            assertThat(answer(client, 3)).isEqualTo("one");

            client.send(GET);
            peer.awaitHead(3);
            peer.reset(3, WireFrame.REFUSED_STREAM);
            peer.awaitHead(5);
            peer.head(5, false, ":status", "200", "content-length", "3");
            peer.data(5, "two", true);

            assertThat(answer(client, 3)).isEqualTo("two");
            assertThat(front.ended().attempts()).isEqualTo(1);
            assertThat(front.ended().attempts()).isEqualTo(2);
            assertThat(origin.connections()).isEqualTo(1);
        }
    }

    @Test
    void waitsForAStreamOfAnHttp2Upstream() throws Exception {
        try (Origin origin = new Origin();
                Http1Front front =
                        new Http1Front(origin.port(), "protocol: h2c, max-connections: 1, queue-timeout: 10s");
                Http1Origin.Connection one = front.client();
                Http1Origin.Connection two = front.client()) {
            origin.settings(3, 1);
            one.send(GET);
            FramePeer peer = origin.connection();
            peer.awaitHead(1);
            two.send(GET);
            Await.until("two waits", Duration.ofSeconds(5), () -> front.pool().waiting() == 1);

            peer.head(1, true, ":status", "204");
            assertThat(one.head()).startsWith("HTTP/1.1 204 ");
            peer.awaitHead(3);
            peer.head(3, true, ":status", "204");

            assertThat(two.head()).startsWith("HTTP/1.1 204 ");
        }
    }

    /** Meanwhile somebody reads from the client's connection to see whether it is still there. */
    @ParameterizedTest
    @ValueSource(strings = {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody", GET})
    void repeatsARequestAfterLong(String request) throws Exception {
        LinkedBlockingQueue<String> requests = new LinkedBlockingQueue<>();
        Http1Origin.Script onlyTheSecond = connection -> {
            requests.add(connection.request());
            if (requests.size() == 2) {
                connection.answer("late");
            }
            connection.ended();
        };
        try (Http1Origin one = Http1Origin.following(onlyTheSecond);
                Http1Origin two = Http1Origin.following(onlyTheSecond);
                RunningGateway gateway = RunningGateway.with("""
                        listeners: [{name: main, address: 127.0.0.1, port: 0}]
                        routes: [{name: all, cluster: origin}]
                        clusters:
                          - name: origin
                            endpoints: ["%s", "%s"]
                            upstream: {protocol: http1}
                            retry: {on: [timeout], per-try-timeout: 600ms, backoff: 1ms}
                        admin: {port: 0}
                        access-log: {output: none}
                        """.formatted(one.address(), two.address()))
                        .start();
                Http1Origin.Connection client = gateway.http1Client()) {
            client.send(request);

            assertThat(answer(client, 4)).isEqualTo("late");
            String end = request.substring(request.indexOf("\r\n\r\n"));
            assertThat(requests).hasSize(2).allMatch(sent -> sent.endsWith(end));
        }
    }
}
