// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.upstream.cluster.ClusterReport;
import io.penstock.gateway.upstream.pool.PoolReport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two attempts at one request, between every pair of protocols. */
@Timeout(60)
class HedgeTest {
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String HEDGE = "hedge: {after: 20ms}";
    /** Either would show at once that an endpoint was blamed. */
    private static final String STRICT =
            "breaker: {scope: endpoint, failures: 1}, outlier: {consecutive-failures: 1, max-ejected-percent: 100}";

    private static final long LONG_ENOUGH_NANOS = 150_000_000;

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin();

    // ---- one upstream request, whatever it speaks ----

    private interface Asked {
        void answer(int status, String body) throws IOException;

        void fail() throws IOException;

        void awaitCancelled() throws IOException;
    }

    private interface Endpoint extends AutoCloseable {
        String address();

        Asked asked() throws Exception;

        int connections();

        @Override
        void close();
    }

    private Endpoint endpoint(String protocol) {
        return gateway.keep(protocol.equals("http1") ? new Http1Endpoint() : new Http2Endpoint());
    }

    private static final class Http1Endpoint implements Endpoint {
        private final Http1Origin origin = Http1Origin.byHand();

        @Override
        public String address() {
            return origin.address();
        }

        @Override
        public int connections() {
            return origin.connections();
        }

        @Override
        public Asked asked() throws Exception {
            Http1Origin.Connection connection = origin.connection();
            connection.head();
            return new Asked() {
                @Override
                public void answer(int status, String body) throws IOException {
                    connection.send(
                            "HTTP/1.1 " + status + " Said\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                }

                @Override
                public void fail() throws IOException {
                    connection.reset();
                }

                @Override
                public void awaitCancelled() throws IOException {
                    assertThat(connection.ended()).isTrue();
                }
            };
        }

        @Override
        public void close() {
            origin.close();
        }
    }

    private static final class Http2Endpoint implements Endpoint {
        private final Origin origin = new Origin();

        @Override
        public String address() {
            return origin.address();
        }

        @Override
        public int connections() {
            return origin.connections();
        }

        @Override
        public Asked asked() {
            FramePeer connection = origin.connection();
            connection.awaitHead(1);
            return new Asked() {
                @Override
                public void answer(int status, String body) {
                    String length = Integer.toString(body.length());
                    connection.head(1, false, ":status", Integer.toString(status), "content-length", length);
                    connection.data(1, body, true);
                }

                @Override
                public void fail() {
                    connection.reset(1, WireFrame.INTERNAL_ERROR);
                }

                @Override
                public void awaitCancelled() {
                    assertThat(connection.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
                }
            };
        }

        @Override
        public void close() {
            origin.close();
        }
    }

    // ---- one caller, whatever it speaks ----

    private interface Caller {
        /** The status and the body. */
        String answer() throws IOException;

        void cancel() throws IOException;
    }

    private Caller get(String protocol) throws IOException {
        if (protocol.equals("http2")) {
            FramePeer client = gateway.client();
            int stream = client.get("/");
            return new Caller() {
                @Override
                public String answer() {
                    WireFrame head = client.awaitHead(stream);
                    return head.status() + " "
                            + (head.end() ? "" : client.awaitRest(stream).text());
                }

                @Override
                public void cancel() {
                    client.reset(stream, WireFrame.CANCEL);
                }
            };
        }
        Http1Origin.Connection client = gateway.http1Client();
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        return http1(client);
    }

    private static Caller http1(Http1Origin.Connection client) {
        return new Caller() {
            @Override
            public String answer() throws IOException {
                String text = client.request().replaceAll("\r", "");
                return text.substring(9, 12) + " " + text.substring(text.indexOf("\n\n") + 2);
            }

            @Override
            public void cancel() throws IOException {
                client.close();
            }
        };
    }

    // ---- the gateway ----

    private void start(String up, Endpoint one, Endpoint other, String retry, String route) {
        start(up, both(one.address(), other.address()), STRICT, retry, route);
    }

    private static String both(String one, String other) {
        return '"' + one + "\", \"" + other + '"';
    }

    private void start(String up, String endpoints, String keys, String retry, String route) {
        gateway.configured("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: main%s}]
                clusters:
                  - {name: main, endpoints: [%s], upstream: {protocol: %s}, balancer: {policy: round-robin},
                     %s, retry: {%s}}
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(route, endpoints, up.replaceFirst("^http2", "h2c"), keys, retry))
                .start();
    }

    /** A request of which both attempts are under way, the first one at the first endpoint. */
    private record Hedged(Endpoint one, Caller caller, Asked first, Asked second) {}

    private Hedged hedged(String down, String up, String retry, String route) throws Exception {
        Endpoint one = endpoint(up);
        Endpoint other = endpoint(up);
        start(up, one, other, retry, route);
        Caller caller = get(down);
        return new Hedged(one, caller, one.asked(), other.asked());
    }

    private ClusterReport report() {
        return gateway.gateway().clusters().cluster("main").report();
    }

    private long failures() {
        return report().endpoints().stream()
                .mapToLong(ClusterReport.EndpointReport::failures)
                .sum();
    }

    private void awaitNothingInUse() {
        Await.until(
                "nothing is in use",
                SOON,
                () -> report().active() == 0
                        && report().retrying() == 0
                        && report().endpoints().stream().allMatch(endpoint -> endpoint.active() == 0)
                        && gateway.gateway().upstreams().report().stream()
                                        .mapToInt(PoolReport::activeStreams)
                                        .sum()
                                == 0
                        && gateway.gateway().upstreams().report().stream()
                                        .mapToInt(PoolReport::waiting)
                                        .sum()
                                == 0
                        && gateway.gateway().listeners().getFirst().openStreams() == 0);
    }

    private void assertNobodyIsBlamed() {
        assertThat(report().endpoints()).allSatisfy(endpoint -> {
            assertThat(endpoint.failures()).isZero();
            assertThat(endpoint.state()).isEqualTo("healthy");
            assertThat(endpoint.breaker()).isEqualTo("closed");
        });
    }

    // ---- what it does ----

    @ParameterizedTest
    @CsvSource({"http1, http1", "http2, http1", "http1, http2", "http2, http2"})
    void passesOnTheAnswerOfTheSecondAttemptAndEndsTheFirst(String down, String up) throws Exception {
        Endpoint slow = endpoint(up);
        Endpoint quick = endpoint(up);
        start(up, slow, quick, HEDGE, "");
        Caller caller = get(down);
        Asked first = slow.asked();

        quick.asked().answer(200, "from the second");

        assertThat(caller.answer()).isEqualTo("200 from the second");
        first.awaitCancelled();
        Exchange exchange = gateway.ended();
        assertThat(exchange.attempts()).isEqualTo(2);
        assertThat(exchange.target()).isEqualTo(quick.address());
        assertThat(exchange.cause()).isNull();
        assertThat(exchange.responseBytes()).isEqualTo("from the second".length());
        awaitNothingInUse();
        assertNobodyIsBlamed();
        assertThat(report().hedges()).isEqualTo(1);
        assertThat(report().hedgesWon()).isEqualTo(1);
        assertThat(report().hedgeCancelled()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"http1, http1", "http2, http1", "http1, http2", "http2, http2"})
    void passesOnTheAnswerOfTheFirstAttemptThatComesAfterTheSecondWasSent(String down, String up) throws Exception {
        Hedged hedged = hedged(down, up, HEDGE, "");

        hedged.first().answer(200, "from the first");

        assertThat(hedged.caller().answer()).isEqualTo("200 from the first");
        hedged.second().awaitCancelled();
        Exchange exchange = gateway.ended();
        assertThat(exchange.attempts()).isEqualTo(2);
        assertThat(exchange.target()).isEqualTo(hedged.one().address());
        awaitNothingInUse();
        assertNobodyIsBlamed();
        assertThat(report().hedges()).isEqualTo(1);
        assertThat(report().hedgesWon()).isZero();
        assertThat(report().hedgeCancelled()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"http1, http1", "http2, http1", "http1, http2", "http2, http2"})
    void waitsForTheOtherAttemptWhenOneFails(String down, String up) throws Exception {
        Hedged hedged = hedged(down, up, HEDGE, "");

        hedged.second().fail();
        Await.until("the failure is noted", SOON, () -> failures() == 1);
        gateway.awaitNanos(LONG_ENOUGH_NANOS); // the attempt's own thread learns of it after the endpoint's report
        hedged.first().answer(200, "still here");

        assertThat(hedged.caller().answer()).isEqualTo("200 still here");
        assertThat(gateway.ended().attempts()).isEqualTo(2);
        awaitNothingInUse();
        assertThat(report().hedgeCancelled()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"http1, http1", "http2, http1", "http1, http2", "http2, http2"})
    void failsOnceWhenBothFail(String down, String up) throws Exception {
        Hedged hedged = hedged(down, up, HEDGE + ", on: [reset]", "");

        hedged.first().fail();
        hedged.second().fail();

        assertThat(hedged.caller().answer()).startsWith("502 ");
        Exchange exchange = gateway.ended();
        assertThat(exchange.attempts()).isEqualTo(2);
        assertThat(exchange.cause()).isEqualTo(Cause.UPSTREAM_RESET);
        awaitNothingInUse();
        assertThat(report().endpoints())
                .allSatisfy(endpoint -> assertThat(endpoint.failures()).isEqualTo(1));
    }

    @ParameterizedTest
    @CsvSource({"http1, http1", "http2, http1", "http1, http2", "http2, http2"})
    void withholdsAStatusThatIsRetriedWhileTheOtherAttemptIsUnderWay(String down, String up) throws Exception {
        Hedged hedged = hedged(down, up, HEDGE + ", statuses: [503]", "");

        hedged.first().answer(503, "busy");
        Await.until("the answer is noted", SOON, () -> failures() == 1);
        hedged.second().answer(200, "at your service");

        assertThat(hedged.caller().answer()).isEqualTo("200 at your service");
        awaitNothingInUse();
    }

    @Test
    void passesOnAStatusThatIsRetriedWhenBothAttemptsBringIt() throws Exception {
        Hedged hedged = hedged("http1", "http1", HEDGE + ", statuses: [503]", "");

        hedged.first().answer(503, "busy");
        hedged.second().answer(503, "busy");

        assertThat(hedged.caller().answer()).isEqualTo("503 busy");
        assertThat(gateway.ended().attempts()).isEqualTo(2);
        awaitNothingInUse();
    }

    @Test
    void triesAThirdEndpointAfterBothHaveFailedWhenAttemptsAreLeft() throws Exception {
        Endpoint one = endpoint("http1");
        List<Endpoint> others = new ArrayList<>(List.of(endpoint("http1"), endpoint("http1")));
        String addresses = "\"" + one.address() + "\", \"" + others.getFirst().address() + "\", \""
                + others.getLast().address() + '"';
        String retry = HEDGE + ", attempts: 3, statuses: [503], backoff: 1ms, max-backoff: 1ms";
        start("http1", addresses, STRICT, retry, "");
        Caller caller = get("http1");
        Asked first = one.asked();
        Await.until(
                "the second attempt is sent",
                SOON,
                () -> others.stream().mapToInt(Endpoint::connections).sum() == 1);
        Endpoint hedged = others.getFirst().connections() > 0 ? others.removeFirst() : others.removeLast();
        Asked second = hedged.asked();

        second.answer(503, "");
        Await.until("the answer is noted", SOON, () -> failures() == 1);
        first.answer(503, "");
        others.getFirst().asked().answer(200, "third");

        assertThat(caller.answer()).isEqualTo("200 third");
        assertThat(gateway.ended().attempts()).isEqualTo(3);
        awaitNothingInUse();
    }

    @ParameterizedTest
    @CsvSource({"http1, http1", "http2, http1", "http1, http2", "http2, http2"})
    void endsBothAttemptsWhenTheClientGoesAway(String down, String up) throws Exception {
        Hedged hedged = hedged(down, up, HEDGE, "");

        hedged.caller().cancel();

        hedged.first().awaitCancelled();
        hedged.second().awaitCancelled();
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
        assertThat(exchange.attempts()).isEqualTo(2);
        awaitNothingInUse();
        assertNobodyIsBlamed();
    }

    @ParameterizedTest
    @CsvSource({"http1, http1", "http2, http1", "http1, http2", "http2, http2"})
    void endsBothAttemptsAtTheDeadline(String down, String up) throws Exception {
        Hedged hedged = hedged(down, up, HEDGE, ", timeout: 1s");

        assertThat(hedged.caller().answer()).startsWith("504 ");

        hedged.first().awaitCancelled();
        hedged.second().awaitCancelled();
        assertThat(gateway.ended().cause()).isEqualTo(Cause.DEADLINE);
        awaitNothingInUse();
        assertNobodyIsBlamed();
    }

    /** The other attempt has as long left for its answer as it was sent later. */
    @ParameterizedTest
    @ValueSource(strings = {"http1", "http2"})
    void replacesAnAttemptWhosePerTryTimeoutPassesByTheOther(String up) throws Exception {
        Hedged hedged = hedged("http1", up, "hedge: {after: 1s}, on: [timeout], per-try-timeout: 2s", "");

        hedged.first().awaitCancelled();
        hedged.second().answer(200, "in time");

        assertThat(hedged.caller().answer()).isEqualTo("200 in time");
        awaitNothingInUse();
        assertThat(report().endpoints().getFirst().failures()).isEqualTo(1);
    }

    @Test
    void sendsNoSecondAttemptBeyondTheBudget() throws Exception {
        Endpoint one = endpoint("http1");
        Endpoint other = endpoint("http1");
        start("http1", one, other, HEDGE + ", budget-percent: 0, budget-minimum: 0", "");
        Caller caller = get("http1");
        Asked first = one.asked();
        Await.until("the budget was asked", SOON, () -> report().budgetRefused() == 1);

        first.answer(200, "alone");

        assertThat(caller.answer()).isEqualTo("200 alone");
        assertThat(gateway.ended().attempts()).isEqualTo(1);
        assertThat(report().hedges()).isZero();
        assertThat(other.connections()).isZero();
    }

    @Test
    void sendsNoSecondAttemptToTheSameEndpoint() throws Exception {
        Endpoint one = endpoint("http1");
        start("http1", '"' + one.address() + '"', STRICT, "hedge: {after: 1ms}", "");
        Caller caller = get("http1");
        Asked first = one.asked();
        Await.until("a second attempt was considered", SOON, () -> report().retries() == 1);
        Await.until("its part of the budget is back", SOON, () -> report().retrying() == 0);

        first.answer(200, "alone");

        assertThat(caller.answer()).isEqualTo("200 alone");
        assertThat(gateway.ended().attempts()).isEqualTo(1);
        assertThat(one.connections()).isEqualTo(1);
        assertThat(report().hedges()).isZero();
    }

    @Test
    void takesNoHarmFromALateAnswerOnACancelledStream() throws Exception {
        Origin slow = gateway.keep(new Origin());
        Endpoint quick = endpoint("http2");
        start("http2", both(slow.address(), quick.address()), STRICT, HEDGE, "");
        Caller caller = get("http2");
        FramePeer late = slow.connection();
        late.awaitHead(1);
        quick.asked().answer(200, "first come");
        assertThat(caller.answer()).isEqualTo("200 first come");
        assertThat(late.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);

        late.head(1, false, ":status", "200");
        late.data(1, "too late", true);
        late.roundTrip();
        Caller next = get("http2");
        late.awaitHead(3);
        late.head(3, false, ":status", "200");
        late.data(3, "in time", true);

        assertThat(next.answer()).isEqualTo("200 in time");
        awaitNothingInUse();
        assertNobodyIsBlamed();
    }

    @Test
    void servesFurtherRequestsOnTheSameConnection() throws Exception {
        Endpoint one = endpoint("http1");
        Endpoint other = endpoint("http1");
        start("http1", one, other, HEDGE, "");
        Http1Origin.Connection client = gateway.http1Client();
        client.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
        one.asked();
        other.asked().answer(200, "a");
        assertThat(client.request()).endsWith("\r\n\r\na");

        client.send("GET /b HTTP/1.1\r\nHost: a\r\n\r\n");
        one.asked().answer(200, "b");

        assertThat(client.request()).endsWith("\r\n\r\nb");
    }

    @Test
    void passesOnInterimHeadsOfTheFirstAttempt() throws Exception {
        Http1Origin one = gateway.keep(Http1Origin.byHand());
        Endpoint other = endpoint("http1");
        start("http1", both(one.address(), other.address()), STRICT, HEDGE, "");
        Http1Origin.Connection client = gateway.http1Client();
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Http1Origin.Connection first = one.connection();
        first.head();

        first.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
        assertThat(client.head()).startsWith("HTTP/1.1 103 ");
        other.asked().answer(200, "answer");

        assertThat(client.request()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nanswer");
    }

    @Test
    void letsTheEventsOfTheSecondAttemptComeSeldom() throws Exception {
        Endpoint slow = endpoint("http2");
        Origin quick = gateway.keep(new Origin());
        start("http2, read-timeout: 50ms", both(slow.address(), quick.address()), STRICT, HEDGE, "");
        FramePeer client = gateway.client();
        int call = client.get("/");
        FramePeer second = quick.connection();
        second.awaitHead(1);
        second.head(1, false, ":status", "200", "content-type", "text/event-stream");
        client.awaitHead(call);

        gateway.awaitNanos(600_000_000);
        second.data(1, "data: 1", true);

        assertThat(client.awaitRest(call).text()).isEqualTo("data: 1");
        assertThat(gateway.ended().cause()).isNull();
        assertNobodyIsBlamed();
    }

    @Test
    void leavesTheFallbackToItsCluster() throws Exception {
        Endpoint gone = endpoint("http1");
        gone.close();
        start(
                "http1",
                '"' + gone.address() + '"',
                "breaker: {failures: 1}, fallback: {status: 200, body: instead}",
                HEDGE + ", on: []",
                "");
        assertThat(get("http1").answer()).startsWith("502 ");

        assertThat(get("http1").answer()).isEqualTo("200 instead");
        assertThat(get("http2").answer()).isEqualTo("200 instead");
    }

    @ParameterizedTest
    @CsvSource({"http1, whole", "http2, whole", "http1, ''", "http2, ''"})
    void losesNothingWhenAnswersComeAboutWhenTheSecondAttemptIsDue(String down, String body) throws Exception {
        Http1Origin one = gateway.keep(Http1Origin.following(connection -> answerAtRandom(connection, body)));
        Http1Origin other = gateway.keep(Http1Origin.following(connection -> answerAtRandom(connection, body)));
        start("http1", both(one.address(), other.address()), STRICT, "budget-percent: 100, hedge: {after: 3ms}", "");

        for (int i = 0; i < 60; i++) {
            List<Caller> callers = new ArrayList<>();
            for (int caller = 0; caller < 5; caller++) {
                callers.add(get(down));
            }
            for (Caller caller : callers) {
                assertThat(caller.answer()).isEqualTo("200 " + body);
                assertThat(gateway.ended().cause()).isNull();
            }
        }

        awaitNothingInUse();
        assertNobodyIsBlamed();
        assertThat(report().hedges()).isPositive();
        assertThat(report().hedgeCancelled()).isLessThanOrEqualTo(report().hedges());
    }

    private static void answerAtRandom(Http1Origin.Connection connection, String body) throws IOException {
        while (true) {
            connection.head();
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(2_000_000, 6_000_000));
            connection.answer(body);
        }
    }

    // ---- bodies ----

    @Test
    void sendsTheSameBodyToBoth() throws Exception {
        Http1Origin one = gateway.keep(Http1Origin.byHand());
        Http1Origin other = gateway.keep(Http1Origin.byHand());
        start("http1", both(one.address(), other.address()), STRICT, HEDGE, "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nquestion");
        assertThat(one.connection().request()).endsWith("\r\n\r\nquestion");
        Http1Origin.Connection second = other.connection();
        assertThat(second.request()).endsWith("\r\n\r\nquestion");
        second.answer("answer");

        assertThat(client.request()).endsWith("\r\n\r\nanswer");
        assertThat(gateway.ended().requestBytes()).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource({"PUT, http1", "DELETE, http1", "PUT, http2", "DELETE, http2"})
    void hedgesAnIdempotentMethodThatIsListed(String method, String down) throws Exception {
        Http1Origin one = gateway.keep(Http1Origin.byHand());
        Http1Origin other = gateway.keep(Http1Origin.byHand());
        start(
                "http1",
                both(one.address(), other.address()),
                STRICT,
                "hedge: {after: 20ms, methods: [PUT, DELETE]}",
                "");

        Caller caller = send(down, method, "whole");
        Http1Origin.Connection first = one.connection();
        assertThat(first.request()).startsWith(method).endsWith("whole");
        Http1Origin.Connection second = other.connection();
        assertThat(second.request()).startsWith(method).endsWith("whole");
        second.answer("done");

        assertThat(caller.answer()).isEqualTo("200 done");
        assertThat(first.ended()).isTrue();
        assertThat(gateway.ended().attempts()).isEqualTo(2);
        awaitNothingInUse();
        assertNobodyIsBlamed();
    }

    private Caller send(String protocol, String method, String body) throws IOException {
        if (protocol.equals("http2")) {
            FramePeer client = gateway.client();
            int stream = client.open(
                    false,
                    ":method",
                    method,
                    ":scheme",
                    "http",
                    ":path",
                    "/",
                    ":authority",
                    "a",
                    "content-length",
                    Integer.toString(body.length()));
            client.data(stream, body, true);
            return new Caller() {
                @Override
                public String answer() {
                    String status = client.awaitHead(stream).status();
                    return status + " " + client.awaitRest(stream).text();
                }

                @Override
                public void cancel() {
                    client.reset(stream, WireFrame.CANCEL);
                }
            };
        }
        Http1Origin.Connection client = gateway.http1Client();
        client.send(method + " / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        return http1(client);
    }

    @Test
    void sendsTheSecondAttemptOnceTheBodyHasCome() throws Exception {
        Http1Origin one = gateway.keep(Http1Origin.byHand());
        Http1Origin other = gateway.keep(Http1Origin.byHand());
        start("http1", both(one.address(), other.address()), STRICT, "hedge: {after: 20ms, methods: [PUT]}", "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nques");
        Http1Origin.Connection first = one.connection();
        first.head();
        gateway.awaitNanos(LONG_ENOUGH_NANOS);
        assertThat(other.connections()).isZero();
        client.send("tion");
        Http1Origin.Connection second = other.connection();
        assertThat(second.request()).endsWith("\r\n\r\nquestion");
        second.answer("answer");

        assertThat(client.request()).endsWith("\r\n\r\nanswer");
        Exchange exchange = gateway.ended();
        assertThat(exchange.attempts()).isEqualTo(2);
        assertThat(exchange.requestBytes()).isEqualTo(8);
        awaitNothingInUse();
    }

    @Test
    void sendsNoSecondAttemptWhenTheBodyIsLargerThanWhatIsKept() throws Exception {
        Http1Origin one = gateway.keep(Http1Origin.byHand());
        Endpoint other = endpoint("http1");
        start(
                "http1, replay-bytes: 1KiB",
                both(one.address(), other.address()),
                STRICT,
                "hedge: {after: 20ms, methods: [PUT]}",
                "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1025\r\n\r\n" + "x".repeat(1025));
        Http1Origin.Connection first = one.connection();
        first.request();
        gateway.awaitNanos(LONG_ENOUGH_NANOS);
        first.answer("answer");

        assertThat(client.request()).endsWith("\r\n\r\nanswer");
        assertThat(gateway.ended().attempts()).isEqualTo(1);
        assertThat(other.connections()).isZero();
    }

    @Test
    void sendsNoSecondAttemptWhileTheBodyIsStillComing() throws Exception {
        Endpoint one = endpoint("http1");
        Endpoint other = endpoint("http1");
        start("http1", one, other, HEDGE, "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nques");
        Asked first = one.asked();
        gateway.awaitNanos(LONG_ENOUGH_NANOS);
        client.send("tion");
        first.answer(200, "answer");

        assertThat(client.request()).endsWith("\r\n\r\nanswer");
        assertThat(gateway.ended().attempts()).isEqualTo(1);
        assertThat(other.connections()).isZero();
    }

    @Test
    void sendsNoSecondAttemptOfAMethodThatIsNotListed() throws Exception {
        Endpoint one = endpoint("http1");
        Endpoint other = endpoint("http1");
        start("http1", one, other, HEDGE, "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        Asked first = one.asked();
        gateway.awaitNanos(LONG_ENOUGH_NANOS);
        first.answer(200, "answer");

        assertThat(client.request()).endsWith("\r\n\r\nanswer");
        assertThat(gateway.ended().attempts()).isEqualTo(1);
        assertThat(other.connections()).isZero();
    }

    // ---- gRPC ----

    @Test
    void hedgesACallOfGrpcThatIsListed() {
        Origin slow = gateway.keep(new Origin());
        Origin quick = gateway.keep(new Origin());
        startGrpc(slow, quick, "pkg.Service/Method");
        FramePeer client = gateway.client();

        int call = client.grpc();
        client.data(call, "question", true);
        FramePeer first = slow.connection();
        first.awaitHead(1);
        assertThat(first.awaitRest(1).text()).isEqualTo("question");
        FramePeer second = quick.connection();
        second.awaitHead(1);
        assertThat(second.awaitRest(1).text()).isEqualTo("question");
        second.grpcAnswer(1, "answer");

        client.awaitHead(call);
        FramePeer.Rest rest = client.awaitRest(call);
        assertThat(rest.text()).isEqualTo("answer");
        assertThat(rest.trailer().value("grpc-status")).isEqualTo("0");
        assertThat(first.await(1, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.CANCEL);
        Exchange exchange = gateway.ended();
        assertThat(exchange.attempts()).isEqualTo(2);
        assertThat(exchange.grpcStatus()).isZero();
        awaitNothingInUse();
        assertNobodyIsBlamed();
    }

    @Test
    void leavesACallOfGrpcThatIsNotListedAlone() {
        Origin slow = gateway.keep(new Origin());
        Origin quick = gateway.keep(new Origin());
        startGrpc(slow, quick, "some.Other/Method");
        FramePeer client = gateway.client();

        int call = client.grpc();
        client.data(call, "question", true);
        FramePeer first = slow.connection();
        first.awaitHead(1);
        gateway.awaitNanos(LONG_ENOUGH_NANOS);
        first.grpcAnswer(1, "answer");

        client.awaitHead(call);
        assertThat(client.awaitRest(call).text()).isEqualTo("answer");
        assertThat(gateway.ended().attempts()).isEqualTo(1);
        assertThat(quick.connections()).isZero();
    }

    private void startGrpc(Origin one, Origin other, String method) {
        start(
                "http2",
                both(one.address(), other.address()),
                STRICT,
                "hedge: {after: 20ms, grpc-methods: [\"" + method + "\"]}",
                "");
    }
}
