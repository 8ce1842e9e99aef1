// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import static io.penstock.gateway.http1.Http1Client.DATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.listener.Http1Config;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.exchange.half.RequestHalf;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

@SuppressWarnings("StringConcatToTextBlock") // lines end with CR LF here
class Http1ConnectionTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String body(RequestHalf half) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] buffer = new byte[100];
        for (int read = half.read(buffer, 0, 100); read >= 0; read = half.read(buffer, 0, 100)) {
            body.write(buffer, 0, read);
        }
        Head trailers = half.trailers();
        return body.toString(StandardCharsets.ISO_8859_1) + (trailers == null ? "" : Requests.head(trailers));
    }

    private static void respond(Exchange exchange, String status, String text) {
        Head head = new Head().add(":status", status).add("content-length", Integer.toString(text.length()));
        exchange.downstream().answer(head, bytes(text));
    }

    /** Answers with the path and the body. */
    private static void echo(Exchange exchange) {
        respond(
                exchange,
                "200",
                exchange.path() + " " + body(exchange.downstream().half()));
    }

    private static void streamed(Exchange exchange, Head head) {
        RequestHalf half = exchange.downstream().half();
        half.send(head, false);
        half.write(bytes("one"), 0, 3);
        half.write(bytes("two!"), 0, 4);
        half.end(new Head().add("x-sum", "7"));
    }

    // ---- one after the other ----

    @Test
    void answersOneRequestAfterTheOther() throws Exception {
        try (Http1Server server = new Http1Server(Http1ConnectionTest::echo);
                Http1Client client = server.client()) {
            client.send(GET);

            assertThat(client.until("/ ")).isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n" + DATE + "\r\n/ ");

            client.send("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");

            assertThat(client.until("abc")).isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n" + DATE + "\r\n/2 abc");
        }
    }

    @Test
    void answersPipelinedRequestsInTheirOrder() throws Exception {
        try (Http1Server server = new Http1Server(Http1ConnectionTest::echo);
                Http1Client client = server.client()) {
            client.send(
                    "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT-T: x\r\n\r\n"
                            + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
                            + "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            + "GET /never HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.rest())
                    .isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 13\r\n" + DATE + "\r\n/1 abc{t-t=x}"
                            + "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n" + DATE + "\r\n/2 "
                            + "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n" + DATE + "connection: close\r\n\r\n/3 ");
            assertThat(server.closed().ending()).isEqualTo(DownstreamEnding.CLOSED);
        }
    }

    @Test
    void closesAfterTheMostRequests() throws Exception {
        try (Http1Server server = new Http1Server(
                        new Http1Config(
                                4096,
                                32,
                                1024,
                                64,
                                256,
                                Optional.empty(),
                                Optional.of(2),
                                1024,
                                Http1Config.AbsoluteForm.REFUSE,
                                false),
                        Http1ConnectionTest::echo);
                Http1Client client = server.client()) {
            client.send(GET + GET + GET);

            String answers = client.rest();

            assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(3);
            assertThat(answers).contains("connection: close");
        }
    }

    @Test
    void keepsAnHttp10ConnectionOnlyWhenAsked() throws Exception {
        try (Http1Server server = new Http1Server(Http1ConnectionTest::echo);
                Http1Client client = server.client()) {
            client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(client.until("/1 ")).contains("connection: keep-alive");

            client.send("GET /2 HTTP/1.0\r\n\r\n");

            assertThat(client.rest()).contains("connection: close").endsWith("/2 ");
        }
    }

    // ---- framing ----

    @Test
    void chunksAResponseOfUnknownLength() throws Exception {
        try (Http1Server server = new Http1Server(exchange ->
                        streamed(exchange, new Head().add(":status", "200").add("trailer", "x-sum")));
                Http1Client client = server.client()) {
            client.send(GET);

            assertThat(client.until("\r\n\r\n") + client.until("\r\n\r\n"))
                    .isEqualTo("HTTP/1.1 200 OK\r\ntrailer: x-sum\r\n" + DATE + "transfer-encoding: chunked\r\n\r\n"
                            + "3\r\none\r\n4\r\ntwo!\r\n0\r\nx-sum: 7\r\n\r\n");
        }
    }

    @Test
    void dropsTrailersThatTheClientDoesNotWant() throws Exception {
        try (Http1Server server = new Http1Server(exchange -> streamed(exchange, new Head().add(":status", "200")));
                Http1Client client = server.client()) {
            client.send(GET);

            assertThat(client.until("0\r\n\r\n")).doesNotContain("x-sum");
        }
    }

    @Test
    void endsAResponseOfUnknownLengthToHttp10WithTheConnection() throws Exception {
        try (Http1Server server = new Http1Server(exchange -> streamed(exchange, new Head().add(":status", "200")));
                Http1Client client = server.client()) {
            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

            assertThat(client.rest()).isEqualTo("HTTP/1.1 200 OK\r\n" + DATE + "connection: close\r\n\r\nonetwo!");
        }
    }

    @Test
    void sendsNoBodyToHead() throws Exception {
        try (Http1Server server = new Http1Server(exchange -> {
                    if (exchange.path().equals("/own")) {
                        respond(exchange, "200", "four");
                    } else {
                        streamed(exchange, new Head().add(":status", "200").add("content-length", "7"));
                    }
                });
                Http1Client client = server.client()) {
            client.send(
                    "HEAD /own HTTP/1.1\r\nHost: a\r\n\r\nHEAD /up HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

            assertThat(client.rest())
                    .isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n" + DATE + "\r\n"
                            + "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n" + DATE + "connection: close\r\n\r\n");
        }
    }

    @Test
    void saysNoLengthWith204AndTheOneOf304() throws Exception {
        try (Http1Server server = new Http1Server(exchange -> exchange.downstream()
                        .half()
                        .send(
                                new Head()
                                        .add(":status", exchange.path().substring(1))
                                        .add("content-length", exchange.path().equals("/304") ? "9" : "0"),
                                true));
                Http1Client client = server.client()) {
            client.send(
                    "GET /204 HTTP/1.1\r\nHost: a\r\n\r\nGET /304 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

            assertThat(client.rest())
                    .isEqualTo("HTTP/1.1 204 No Content\r\n" + DATE + "\r\n"
                            + "HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n" + DATE
                            + "connection: close\r\n\r\n");
        }
    }

    // ---- refusals ----

    @Test
    void answersAMalformedRequestAndCloses() throws Exception {
        try (Http1Server server = new Http1Server(Http1ConnectionTest::echo);
                Http1Client client = server.client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.rest())
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .contains("x-penstock-cause: malformed-request\r\n", "connection: close\r\n");
            client.leave();
            assertThat(server.ended().cause()).isEqualTo(Cause.MALFORMED_REQUEST);
            assertThat(server.closed().ending()).isEqualTo(DownstreamEnding.MALFORMED);
        }
    }

    @Test
    void answersAHeadThatIsTooLarge() throws Exception {
        try (Http1Server server = new Http1Server(Http1ConnectionTest::echo);
                Http1Client client = server.client()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(1100) + "\r\n\r\n");

            assertThat(client.rest()).startsWith("HTTP/1.1 431 ").contains("connection: close");
            assertThat(server.ended().cause()).isEqualTo(Cause.HEADER_TOO_LARGE);
        }
    }

    @Test
    void refusesAndGoesOn() throws Exception {
        try (Http1Server server = new Http1Server(exchange -> {
                    throw new GatewayException(Cause.NO_ROUTE, "none");
                });
                Http1Client client = server.client()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Type: application/grpc\r\n\r\nabc");
            assertThat(client.until("gateway: no route\n"))
                    .startsWith("HTTP/1.1 404 Not Found\r\ncontent-type: text/plain; charset=utf-8\r\n")
                    .doesNotContain("connection: close", "grpc-status");

            client.send(GET);

            assertThat(client.until("gateway: no route\n")).startsWith("HTTP/1.1 404");
            assertThat(server.ended().status()).isEqualTo(404);
        }
    }

    @Test
    void saysThatItClosesWhenTheRestOfARequestIsTooLong() throws Exception {
        try (Http1Server server = new Http1Server(exchange -> respond(exchange, "413", ""));
                Http1Client client = server.client()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc");

            assertThat(client.rest()).startsWith("HTTP/1.1 413 ").contains("connection: close");
        }
    }

    @Test
    void readsAShortRestOfARequestAndGoesOn() throws Exception {
        try (Http1Server server = new Http1Server(exchange -> respond(exchange, "200", exchange.path()));
                Http1Client client = server.client()) {
            client.send("POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            client.until("\r\n\r\n/1");

            client.send("3\r\nabc\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.until("/2")).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void closesWhenNobodyKnowsWhetherABodyWillCome() throws Exception {
        try (Http1Server server = new Http1Server(exchange -> respond(exchange, "401", ""));
                Http1Client client = server.client()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");

            assertThat(client.rest()).startsWith("HTTP/1.1 401 ").contains("connection: close");
        }
    }

    @Test
    void passesOn100AndHints() throws Exception {
        try (Http1Server server = new Http1Server(exchange -> {
                    RequestHalf half = exchange.downstream().half();
                    half.send(new Head().add(":status", "103").add("link", "x"), false);
                    half.send(new Head().add(":status", "100"), false);
                    echo(exchange);
                });
                Http1Client client = server.client()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.until("100 Continue\r\n\r\n"))
                    .isEqualTo("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");

            client.send("abc");

            assertThat(client.until("abc")).startsWith("HTTP/1.1 200 OK").doesNotContain("close");
        }
    }

    @Test
    void breaksOffAResponseThatFailed() throws Exception {
        try (Http1Server server = new Http1Server(exchange -> {
                    RequestHalf half = exchange.downstream().half();
                    half.send(new Head().add(":status", "200"), false);
                    half.write(bytes("part"), 0, 4);
                    throw new GatewayException(Cause.UPSTREAM_RESET, "gone");
                });
                Http1Client client = server.client()) {
            client.send(GET);

            assertThat(client.rest()).endsWith("4\r\npart\r\n");
            client.leave();
            assertThat(server.ended().cause()).isEqualTo(Cause.UPSTREAM_RESET);
            assertThat(server.closed().ending()).isEqualTo(DownstreamEnding.BROKEN_OFF);
        }
    }

    // ---- other threads ----

    @Test
    void runsAStepThatAnotherThreadBrings() throws Exception {
        AtomicReference<Thread> opener = new AtomicReference<>();
        try (Http1Server server = new Http1Server(exchange -> {
                    opener.set(Thread.currentThread());
                    Thread.ofVirtual()
                            .start(() -> exchange.downstream().offload(() -> {
                                assertThat(Thread.currentThread()).isSameAs(opener.get());
                                echo(exchange);
                            }));
                });
                Http1Client client = server.client()) {
            client.send(GET);

            assertThat(client.until("/ ")).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void isRefusedByAnotherThreadWhileNobodyReadsOrSends() throws Exception {
        try (Http1Server server = new Http1Server(exchange -> Thread.ofVirtual()
                        .start(() -> exchange.downstream().refuse(new GatewayException(Cause.DEADLINE, "passed"))));
                Http1Client client = server.client()) {
            client.send(GET);
            assertThat(client.until("gateway: deadline\n")).startsWith("HTTP/1.1 504");

            client.send(GET);

            assertThat(client.until("gateway: deadline\n")).startsWith("HTTP/1.1 504");
        }
    }

    @Test
    void isRefusedByAnotherThreadWhileItWaitsForTheBody() throws Exception {
        try (Http1Server server = new Http1Server(exchange -> {
                    Thread.ofVirtual()
                            .start(() -> exchange.downstream().refuse(new GatewayException(Cause.DEADLINE, "passed")));
                    echo(exchange);
                });
                Http1Client client = server.client()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");

            assertThat(client.until("gateway: deadline\n")).startsWith("HTTP/1.1 504");
            client.leave();

            assertThat(server.ended().cause()).isEqualTo(Cause.DEADLINE);
        }
    }

    @Test
    void tellsTheAttemptThatTheClientIsGone() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        try (Http1Server server = new Http1Server(exchange -> {
                    StoppedAttempt attempt = new StoppedAttempt();
                    exchange.downstream().half().running(attempt);
                    waiting.countDown();
                    attempt.receive();
                });
                Http1Client client = server.client()) {
            client.send(GET);
            waiting.await();

            client.leave();
            Http1Connection connection = server.opened();
            connection.upkeep(System.nanoTime() + 1_000_000_000L);

            assertThat(server.ended().cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
        }
    }

    @Test
    void keepsWhatIsPipelinedWhileItLooksForTheClient() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Http1Server server = new Http1Server(exchange -> {
                    if (exchange.path().equals("/1")) {
                        waiting.countDown();
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                    echo(exchange);
                });
                Http1Client client = server.client()) {
            client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
            waiting.await();
            server.opened().upkeep(System.nanoTime() + 1_000_000_000L);

            client.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
            go.countDown();

            assertThat(client.until("/2 ")).contains("/1 ");
        }
    }

    // ---- upgrades ----

    @Test
    void carriesRawBytesAfter101() throws Exception {
        try (Http1Server server = new Http1Server(exchange -> {
                    RequestHalf half = exchange.downstream().half();
                    assertThat(half.receive().value(":protocol")).isEqualTo("websocket");
                    half.send(new Head().add(":status", "101"), false);
                    byte[] buffer = new byte[10];
                    for (int read = half.read(buffer, 0, 10); read >= 0; read = half.read(buffer, 0, 10)) {
                        half.write(buffer, 0, read);
                        half.flush();
                    }
                    half.end(null);
                });
                Http1Client client = server.client()) {
            client.send("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nearly");
            assertThat(client.until("early"))
                    .isEqualTo("HTTP/1.1 101 Switching Protocols\r\n"
                            + "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                            + "connection: upgrade\r\nupgrade: websocket\r\n\r\nearly");

            client.send("later");
            assertThat(client.until("later")).isEqualTo("later");
            client.endOutput();

            assertThat(client.rest()).isEmpty();
            assertThat(server.closed().ending()).isEqualTo(DownstreamEnding.UPGRADED);
        }
    }

    // ---- the clock ----

    @Test
    void timesOutABodyThatDoesNotCome() throws Exception {
        try (Http1Server server = new Http1Server(Http1ConnectionTest::echo);
                Http1Client client = server.client()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na");
            Http1Connection connection = server.opened();
            Awaiting.until(() -> connection.openStreams() == 1
                    && connection.codec().in().waitingSinceNanos() != 0
                    && connection.codec().body().remaining() == 2);

            connection.upkeep(System.nanoTime() + 1_000_000_000L);
            assertThat(client.until("gateway: request timeout\n"))
                    .startsWith("HTTP/1.1 408 ")
                    .contains("connection: close");
            connection.upkeep(System.nanoTime() + 3_000_000_000L);

            assertThat(server.closed().ending()).isEqualTo(DownstreamEnding.BODY_TIMEOUT);
            assertThat(server.ended().cause()).isEqualTo(Cause.REQUEST_TIMEOUT);
        }
    }

    private static void awaitWaitingForHead(Http1Connection connection) {
        Awaiting.until(() ->
                connection.heads().sinceNanos() != 0 && connection.codec().in().waitingSinceNanos() != 0);
    }

    @Test
    void refusesARequestWhoseHeadDoesNotEnd() throws Exception {
        try (Http1Server server = new Http1Server(Http1ConnectionTest::echo);
                Http1Client client = server.client()) {
            client.send("GET / HTTP/1.1\r\n");
            Http1Connection connection = server.opened();
            awaitWaitingForHead(connection);

            connection.upkeep(System.nanoTime() + 1_000_000_000L);

            assertThat(client.until("gateway: request timeout\n"))
                    .startsWith("HTTP/1.1 408 ")
                    .contains("\r\nconnection: close\r\n");
            client.send("Host: a\r\n\r\n" + GET);
            assertThat(client.rest()).isEmpty();
            client.leave();
            assertThat(server.closed().ending()).isEqualTo(DownstreamEnding.HEAD_TIMEOUT);
            assertThat(connection.detail()).isEqualTo("head not finished in time");
            assertThat(server.ended().cause()).isEqualTo(Cause.REQUEST_TIMEOUT);
        }
    }

    /** A head that comes in the moment in which it is found late is either served or refused. */
    @Test
    void givesOneAnswerToAHeadThatComesAtTheLastMoment() throws Exception {
        for (int i = 0; i < 300; i++) {
            try (Http1Server server = new Http1Server(Http1ConnectionTest::echo);
                    Http1Client client = server.client()) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n");
                Http1Connection connection = server.opened();
                awaitWaitingForHead(connection);

                Thread upkeep = Thread.ofPlatform().start(() -> connection.upkeep(System.nanoTime() + 450_000_000L));
                client.send("\r\n");
                upkeep.join();

                boolean good = client.until("\r\n\r\n").startsWith("HTTP/1.1 200 ");
                client.until(good ? "/ " : "gateway: request timeout\n");
                assertThat(server.ended().cause()).isEqualTo(good ? null : Cause.REQUEST_TIMEOUT);
                client.endOutput();
                assertThat(client.rest()).isEmpty();
                assertThat(server.closed().ending())
                        .isEqualTo(good ? DownstreamEnding.PEER : DownstreamEnding.HEAD_TIMEOUT);
            }
        }
    }

    @Test
    void closesAnIdleConnection() throws Exception {
        try (Http1Server server = new Http1Server(Http1ConnectionTest::echo);
                Http1Client client = server.client()) {
            client.send(GET);
            client.until("/ ");
            Http1Connection connection = server.opened();
            Awaiting.until(() -> connection.idleness().sinceNanos() != 0);

            connection.upkeep(System.nanoTime() + 2_000_000_000L);

            assertThat(client.rest()).isEmpty();
            assertThat(server.closed().ending()).isEqualTo(DownstreamEnding.IDLE);
        }
    }

    @Test
    void finishesTheRequestInFlightWhenItDrains() throws Exception {
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch drained = new CountDownLatch(1);
        try (Http1Server server = new Http1Server(exchange -> {
                    opened.countDown();
                    try {
                        drained.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    echo(exchange);
                });
                Http1Client client = server.client()) {
            client.send(GET);
            opened.await();

            server.opened().drain();
            drained.countDown();

            assertThat(client.rest()).contains("connection: close").endsWith("/ ");
            client.leave();
            assertThat(server.closed().ending()).isEqualTo(DownstreamEnding.DRAINED);
        }
    }

    private static Http1Config limits(Optional<Integer> minBodyRate, boolean halfClose) {
        return new Http1Config(
                4096,
                32,
                1024,
                64,
                256,
                minBodyRate,
                Optional.empty(),
                16 * 1024,
                Http1Config.AbsoluteForm.REFUSE,
                halfClose);
    }

    @Test
    void timesOutABodyThatIsTooSlow() throws Exception {
        Http1Config limits = limits(Optional.of(100), false);
        try (Http1Server server = new Http1Server(limits, Duration.ofHours(1), Http1ConnectionTest::echo);
                Http1Client client = server.client()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + "a".repeat(600));
            Http1Connection connection = server.opened();
            Awaiting.until(() -> connection.codec().body().remaining() == 400
                    && connection.codec().in().waitingSinceNanos() != 0);

            connection.upkeep(System.nanoTime() + 5_500_000_000L);
            assertThat(connection.ending()).isEqualTo(DownstreamEnding.PEER);
            connection.upkeep(System.nanoTime() + 7_000_000_000L);

            assertThat(client.until("gateway: request timeout\n")).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void answersAClientThatHasEndedItsSideOnlyWhenThatIsAllowed() throws Exception {
        for (boolean allowed : new boolean[] {true, false}) {
            CountDownLatch opened = new CountDownLatch(1);
            StoppedAttempt attempt = new StoppedAttempt();
            Http1Config limits = limits(Optional.empty(), allowed);
            try (Http1Server server = new Http1Server(limits, exchange -> {
                        exchange.downstream().half().running(attempt);
                        opened.countDown();
                        try {
                            attempt.receive();
                        } catch (GatewayException e) {
                            if (e.reason() == Cause.DEADLINE) {
                                echo(exchange);
                            }
                        }
                    });
                    Http1Client client = server.client()) {
                client.send(GET).endOutput();
                opened.await();

                Http1Connection connection = server.opened();
                connection.upkeep(System.nanoTime() + 1_000_000_000L);
                if (allowed) {
                    Awaiting.until(() -> connection.codec().in().ended());
                    attempt.abort(Cause.DEADLINE);
                }

                assertThat(client.rest())
                        .isEqualTo(allowed ? "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n" + DATE + "\r\n/ " : "");
                assertThat(server.ended().cause()).isEqualTo(allowed ? null : Cause.DOWNSTREAM_GONE);
            }
        }
    }
}
