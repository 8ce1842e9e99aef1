// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same for every pair of protocols: a table whose rows are these methods, and whose columns are the pairs. */
@Timeout(60)
class PairsTest {
    @RegisterExtension
    final PairGateway gateway = new PairGateway();

    private static final int DRAINED = 64 * 1024;

    /** The lines of a request head as the upstream gets it, in any order; empty ones stand for none. */
    private static List<String> request(ProtocolPair pair, String method, String path, String... lines) {
        return lines(
                Stream.of(
                        ":method: " + method,
                        ":path: " + path,
                        ":authority: " + MessageEnd.AUTHORITY,
                        pair.upstream("", ":scheme: http")),
                lines);
    }

    private static List<String> response(int status, String... lines) {
        return lines(Stream.of(":status: " + status), lines);
    }

    private static List<String> lines(Stream<String> first, String... more) {
        return Stream.concat(first, Stream.of(more))
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static void assertHead(List<String> head, List<String> expected) {
        if (!expected.getFirst().startsWith(":status: ") || expected.getFirst().startsWith(":status: 1")) {
            assertThat(head).containsExactlyInAnyOrderElementsOf(expected);
            return;
        }
        assertThat(head.stream().filter(line -> line.startsWith("date: "))).hasSize(1);
        assertThat(head.stream().filter(line -> !line.startsWith("date: ")))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    /** Shows that both connections are in step: another exchange passes them. */
    private static void assertServesNext(ProtocolPair pair, MessageEnd client, MessageEnd upstream) throws Exception {
        client.head(":method", "GET", ":path", "/next");
        assertServed(pair, client, upstream);
    }

    /** The same where an HTTP/1.1 upstream must get a new connection for it. */
    private static void assertServesNextElsewhere(
            ProtocolPair pair, PairGateway gateway, MessageEnd client, MessageEnd upstream) throws Exception {
        client.head(":method", "GET", ":path", "/next");
        assertServed(pair, client, pair.http1Upstream() ? gateway.upstream() : upstream);
    }

    private static void assertServed(ProtocolPair pair, MessageEnd client, MessageEnd upstream) throws Exception {
        assertHead(upstream.nextHead(), request(pair, "GET", "/next"));
        upstream.begin(":status", "200", "content-length", "4");
        upstream.body("next");
        upstream.end();

        assertHead(client.nextHead(), response(200, "content-length: 4"));
        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("next", List.of()));
    }

    // ---- bodies ----

    @ParameterizedTest
    @EnumSource
    void passesBodiesOfADeclaredLength(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.begin(":method", "PUT", ":path", "/a?b=c", "content-length", "8", "x-asked", "yes");
        client.body("question");
        client.end();
        MessageEnd upstream = gateway.upstream();
        assertHead(upstream.nextHead(), request(pair, "PUT", "/a?b=c", "content-length: 8", "x-asked: yes"));
        assertThat(upstream.rest()).isEqualTo(new MessageEnd.Rest("question", List.of()));
        upstream.begin(":status", "201", "content-length", "6", "x-found", "yes");
        upstream.body("answer");
        upstream.end();

        assertHead(client.nextHead(), response(201, "content-length: 6", "x-found: yes"));
        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("answer", List.of()));
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).isNull();
        assertThat(exchange.requestBytes()).isEqualTo(8);
        assertThat(exchange.responseBytes()).isEqualTo(6);
        assertServesNext(pair, client, upstream);
    }

    /** Each byte arrives before the next one is sent. */
    @ParameterizedTest
    @EnumSource
    void passesEachByteOnBeforeTheNextOneIsSent(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.begin(":method", "POST", ":path", "/");
        MessageEnd upstream = gateway.upstream();
        assertHead(upstream.nextHead(), request(pair, "POST", "/", pair.upstream("transfer-encoding: chunked", "")));
        for (String one : List.of("1", "2", "3")) {
            client.body(one);
            assertThat(upstream.nextBody(1)).isEqualTo(one);
        }
        client.end();
        assertThat(upstream.rest()).isEqualTo(new MessageEnd.Rest("", List.of()));

        upstream.begin(":status", "200");
        assertHead(client.nextHead(), response(200, pair.client("transfer-encoding: chunked", "")));
        for (String one : List.of("4", "5", "6")) {
            upstream.body(one);
            assertThat(client.nextBody(1)).isEqualTo(one);
        }
        upstream.end();

        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("", List.of()));
        assertThat(gateway.ended().cause()).isNull();
        assertServesNext(pair, client, upstream);
    }

    @ParameterizedTest
    @EnumSource
    void passesEachByteOfADeclaredLengthOnBeforeTheNextOneIsSent(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.begin(":method", "POST", ":path", "/", "content-length", "2");
        MessageEnd upstream = gateway.upstream();
        assertHead(upstream.nextHead(), request(pair, "POST", "/", "content-length: 2"));
        client.body("1");
        assertThat(upstream.nextBody(1)).isEqualTo("1");
        client.body("2");
        client.end();
        assertThat(upstream.rest().body()).isEqualTo("2");

        upstream.begin(":status", "200", "content-length", "2");
        assertHead(client.nextHead(), response(200, "content-length: 2"));
        upstream.body("3");
        assertThat(client.nextBody(1)).isEqualTo("3");
        upstream.body("4");
        upstream.end();

        assertThat(client.rest().body()).isEqualTo("4");
        assertServesNext(pair, client, upstream);
    }

    @ParameterizedTest
    @EnumSource
    void passesABodyThatEndsWithTheConnection(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.head(":method", "GET", ":path", "/");
        MessageEnd upstream = gateway.upstream();
        assertHead(upstream.nextHead(), request(pair, "GET", "/"));
        upstream.beginUntilClose(":status", "200", "x-found", "yes");
        upstream.body("first ");
        assertHead(client.nextHead(), response(200, "x-found: yes", pair.client("transfer-encoding: chunked", "")));
        assertThat(client.nextBody(6)).isEqualTo("first ");
        upstream.body("last");
        upstream.end();

        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("last", List.of()));
        assertThat(gateway.ended().cause()).isNull();
        assertServesNextElsewhere(pair, gateway, client, upstream);
    }

    /** A reset is no end: nobody may take what came for the whole. */
    @ParameterizedTest
    @EnumSource
    void breaksOffABodyWhoseUpstreamBreaks(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.head(":method", "GET", ":path", "/");
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        upstream.beginUntilClose(":status", "200");
        upstream.body("first ");
        client.nextHead();
        assertThat(client.nextBody(6)).isEqualTo("first ");
        upstream.abort();

        client.awaitBrokenOff();
        assertThat(gateway.ended().cause()).isEqualTo(Cause.UPSTREAM_RESET);
    }

    /** A chunked body, or a declared one, that an upstream ends too early is none that ends with the connection. */
    @ParameterizedTest
    @EnumSource
    void breaksOffADeclaredBodyThatEndsTooEarly(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.head(":method", "GET", ":path", "/");
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        upstream.begin(":status", "200", "content-length", "10");
        upstream.body("first ");
        client.nextHead();
        assertThat(client.nextBody(6)).isEqualTo("first ");
        upstream.end();
        upstream.finish();

        client.awaitBrokenOff();
        assertThat(gateway.ended().cause()).isEqualTo(pair.upstream(Cause.UPSTREAM_RESET, Cause.UPSTREAM_PROTOCOL));
    }

    // ---- responses without a body ----

    @ParameterizedTest
    @EnumSource
    void passesTheHeadThatAnswersHead(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.head(":method", "HEAD", ":path", "/");
        MessageEnd upstream = gateway.upstream();
        assertHead(upstream.nextHead(), request(pair, "HEAD", "/"));
        upstream.head(":status", "200", "content-length", "1000", "x-found", "yes");

        assertHead(client.nextHead(), response(200, "content-length: 1000", "x-found: yes"));
        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("", List.of()));
        assertThat(gateway.ended().cause()).isNull();
        assertServesNext(pair, client, upstream);
    }

    @ParameterizedTest
    @EnumSource
    void passesTheHeadOfUnknownLengthThatAnswersHead(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.head(":method", "HEAD", ":path", "/");
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        upstream.begin(":status", "200", "x-found", "yes"); // transfer-encoding: chunked in HTTP/1.1
        if (!pair.http1Upstream()) {
            upstream.end();
        }

        assertHead(client.nextHead(), response(200, "x-found: yes"));
        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("", List.of()));
        assertServesNext(pair, client, upstream);
    }

    @ParameterizedTest
    @EnumSource
    void passesNotModifiedWithTheLengthOfWhatWasNotSent(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.head(":method", "GET", ":path", "/", "if-none-match", "\"a\"");
        MessageEnd upstream = gateway.upstream();
        assertHead(upstream.nextHead(), request(pair, "GET", "/", "if-none-match: \"a\""));
        upstream.head(":status", "304", "etag", "\"a\"", "content-length", "1000");

        assertHead(client.nextHead(), response(304, "etag: \"a\"", "content-length: 1000"));
        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("", List.of()));
        assertThat(gateway.ended().cause()).isNull();
        assertServesNext(pair, client, upstream);
    }

    @ParameterizedTest
    @EnumSource
    void passesNotModifiedWithoutALength(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.head(":method", "GET", ":path", "/");
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        upstream.head(":status", "304", "etag", "\"a\"");

        assertHead(client.nextHead(), response(304, "etag: \"a\""));
        assertThat(client.rest().body()).isEmpty();
        assertServesNext(pair, client, upstream);
    }

    @ParameterizedTest
    @EnumSource
    void passesNoContentWithoutAnyFraming(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.begin(":method", "DELETE", ":path", "/", "content-length", "2");
        client.body("it");
        client.end();
        MessageEnd upstream = gateway.upstream();
        assertHead(upstream.nextHead(), request(pair, "DELETE", "/", "content-length: 2"));
        assertThat(upstream.rest().body()).isEqualTo("it");
        upstream.head(":status", "204", "x-gone", "yes");

        assertHead(client.nextHead(), response(204, "x-gone: yes"));
        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("", List.of()));
        assertThat(gateway.ended().cause()).isNull();
        assertServesNext(pair, client, upstream);
    }

    // ---- interim responses ----

    @ParameterizedTest
    @EnumSource
    void sendsTheBodyOnceTheUpstreamSaysContinue(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.begin(":method", "POST", ":path", "/", "expect", "100-continue", "content-length", "5");
        MessageEnd upstream = gateway.upstream();
        assertHead(upstream.nextHead(), request(pair, "POST", "/", "expect: 100-continue", "content-length: 5"));
        upstream.head(":status", "100");
        assertHead(client.nextHead(), response(100));
        client.body("hello");
        client.end();
        assertThat(upstream.rest()).isEqualTo(new MessageEnd.Rest("hello", List.of()));
        upstream.head(":status", "200", "content-length", "0");

        assertHead(client.nextHead(), response(200, "content-length: 0"));
        assertThat(client.rest().body()).isEmpty();
        assertThat(gateway.ended().cause()).isNull();
        assertServesNext(pair, client, upstream);
    }

    /** A client that waits for its 100 may now send the body or not: in HTTP/1.1 nobody can know what comes next. */
    @ParameterizedTest
    @EnumSource
    void passesTheRefusalOfAnExpectationOn(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.begin(":method", "POST", ":path", "/", "expect", "100-continue", "content-length", "5");
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        upstream.head(":status", "417", "content-length", "0");

        assertHead(client.nextHead(), response(417, "content-length: 0", pair.client("connection: close", "")));
        assertThat(client.rest().body()).isEmpty();
        assertUploadIsOver(client, upstream);
        assertThat(gateway.ended().cause()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void passesEarlyHintsOnBeforeTheResponse(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.head(":method", "GET", ":path", "/");
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        upstream.head(":status", "103", "link", "</a.css>; rel=preload");
        assertHead(client.nextHead(), response(103, "link: </a.css>; rel=preload"));
        upstream.head(":status", "103", "link", "</b.js>; rel=preload");
        assertHead(client.nextHead(), response(103, "link: </b.js>; rel=preload"));
        upstream.begin(":status", "200", "content-length", "4");
        upstream.body("page");
        upstream.end();

        assertHead(client.nextHead(), response(200, "content-length: 4"));
        assertThat(client.rest().body()).isEqualTo("page");
        assertThat(gateway.ended().cause()).isNull();
        assertServesNext(pair, client, upstream);
    }

    // ---- early answers ----

    /** Shows that the gateway wants no more of the client's upload, and gives none of it to the upstream. */
    private static void assertUploadIsOver(MessageEnd client, MessageEnd upstream) throws Exception {
        if (client instanceof Http2Messages from && upstream instanceof Http2Messages to) {
            to.peer().reset(to.stream(), WireFrame.NO_ERROR); // the relay leaves it to the upstream
            assertThat(from.awaitReset()).isEqualTo(WireFrame.NO_ERROR);
            return;
        }
        if (client instanceof Http2Messages from) {
            assertThat(from.awaitReset()).isEqualTo(WireFrame.NO_ERROR);
        } else {
            client.awaitAbandoned();
        }
        upstream.awaitBrokenOff();
    }

    @ParameterizedTest
    @EnumSource
    void drainsAShortRestOfAnUploadThatIsAnsweredEarly(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.begin(":method", "POST", ":path", "/", "content-length", "10");
        client.body("begin");
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        assertThat(upstream.nextBody(5)).isEqualTo("begin");
        upstream.begin(":status", "413", "content-length", "8");
        upstream.body("too much");
        upstream.end();

        assertHead(client.nextHead(), response(413, "content-length: 8"));
        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("too much", List.of()));
        client.body("later");
        client.end();
        assertThat(gateway.ended().cause()).isNull();
        assertServesNextElsewhere(pair, gateway, client, upstream);
    }

    @ParameterizedTest
    @EnumSource
    void endsALongUploadThatIsAnsweredEarly(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.begin(":method", "POST", ":path", "/", "content-length", Integer.toString(2 * DRAINED));
        client.body("begin");
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        assertThat(upstream.nextBody(5)).isEqualTo("begin");
        upstream.begin(":status", "413", "content-length", "8");
        upstream.body("too much");
        upstream.end();

        assertHead(client.nextHead(), response(413, "content-length: 8", pair.client("connection: close", "")));
        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("too much", List.of()));
        assertUploadIsOver(client, upstream);
        assertThat(gateway.ended().cause()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void passesAResponseOnWhileTheRequestGoesOn(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.begin(":method", "POST", ":path", "/");
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        upstream.begin(":status", "200");
        client.nextHead();
        for (String one : List.of("a", "b", "c")) {
            client.body(one);
            assertThat(upstream.nextBody(1)).isEqualTo(one);
            upstream.body(one);
            assertThat(client.nextBody(1)).isEqualTo(one);
        }
        client.end();
        assertThat(upstream.rest()).isEqualTo(new MessageEnd.Rest("", List.of()));
        upstream.end();

        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("", List.of()));
        assertThat(gateway.ended().cause()).isNull();
        assertServesNext(pair, client, upstream);
    }

    // ---- ends ----

    @ParameterizedTest
    @EnumSource
    void answersAClientThatHasEndedItsSide(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.begin(":method", "POST", ":path", "/", "content-length", "3");
        client.body("all");
        client.end();
        client.finish();
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        assertThat(upstream.rest().body()).isEqualTo("all");
        upstream.begin(":status", "200");
        upstream.body("first ");
        assertHead(client.nextHead(), response(200, pair.client("transfer-encoding: chunked", "")));
        assertThat(client.nextBody(6)).isEqualTo("first ");
        upstream.body("last");
        upstream.end();

        assertThat(client.rest().body()).isEqualTo("last");
        assertThat(gateway.ended().cause()).isNull();
    }

    /** An upstream that ends its side with its response, and has read the request, has done nothing wrong. */
    @ParameterizedTest
    @EnumSource
    void answersFromAnUpstreamThatHasEndedItsSide(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.head(":method", "GET", ":path", "/");
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        upstream.begin(":status", "200", "content-length", "5");
        upstream.body("whole");
        upstream.end();
        upstream.finish();

        assertHead(client.nextHead(), response(200, "content-length: 5"));
        assertThat(client.rest().body()).isEqualTo("whole");
        assertThat(gateway.ended().cause()).isNull();
        assertServesNextElsewhere(pair, gateway, client, upstream);
    }

    // ---- trailers ----

    @ParameterizedTest
    @EnumSource
    void passesTheTrailersOfARequest(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.begin(":method", "POST", ":path", "/", "trailer", "x-sum, x-lines");
        client.body("body");
        client.trailers("x-sum", "42", "x-lines", "1");
        MessageEnd upstream = gateway.upstream();
        assertHead(
                upstream.nextHead(),
                request(pair, "POST", "/", "trailer: x-sum, x-lines", pair.upstream("transfer-encoding: chunked", "")));
        assertThat(upstream.rest()).isEqualTo(new MessageEnd.Rest("body", List.of("x-sum: 42", "x-lines: 1")));
        upstream.head(":status", "204");

        assertHead(client.nextHead(), response(204));
        assertThat(gateway.ended().cause()).isNull();
        assertServesNext(pair, client, upstream);
    }

    @ParameterizedTest
    @EnumSource
    void passesTheTrailersOfAResponseToWhoWantsThem(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.head(":method", "GET", ":path", "/", "te", "trailers");
        MessageEnd upstream = gateway.upstream();
        assertHead(upstream.nextHead(), request(pair, "GET", "/", "te: trailers", pair.upstream("connection: te", "")));
        upstream.begin(":status", "200");
        upstream.body("body");
        upstream.trailers("x-sum", "42", "x-lines", "1");

        assertHead(client.nextHead(), response(200, pair.client("transfer-encoding: chunked", "")));
        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("body", List.of("x-sum: 42", "x-lines: 1")));
        assertThat(gateway.ended().cause()).isNull();
        assertServesNext(pair, client, upstream);
    }

    @ParameterizedTest
    @EnumSource
    void passesTheTrailersOfAResponseWithoutABody(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.head(":method", "GET", ":path", "/", "te", "trailers");
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        upstream.begin(":status", "200");
        upstream.trailers("x-sum", "0");

        assertHead(client.nextHead(), response(200, pair.client("transfer-encoding: chunked", "")));
        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("", List.of("x-sum: 0")));
        assertServesNext(pair, client, upstream);
    }

    /** A client of HTTP/1.1 says whether it understands them; one of HTTP/2 always does (RFC 9110 §6.5.1). */
    @ParameterizedTest
    @EnumSource
    void dropsTheTrailersOfAResponseThatNobodyAskedFor(ProtocolPair pair) throws Exception {
        gateway.between(pair);
        MessageEnd client = gateway.client();
        client.head(":method", "GET", ":path", "/");
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        upstream.begin(":status", "200");
        upstream.body("body");
        upstream.trailers("x-sum", "42");

        client.nextHead();
        assertThat(client.rest()).isEqualTo(new MessageEnd.Rest("body", pair.client(List.of(), List.of("x-sum: 42"))));
        assertServesNext(pair, client, upstream);
    }

    // ---- other attempts ----

    @ParameterizedTest
    @EnumSource
    void repeatsAnAttemptThatDoesNotAnswerInTime(ProtocolPair pair) throws Exception {
        gateway.between(
                pair, "retry: {on: [timeout], per-try-timeout: 200ms, backoff: 1ms}", "forwarded: {fields: []}");
        MessageEnd client = gateway.client();
        client.begin(":method", "PUT", ":path", "/", "content-length", "4");
        client.body("body");
        client.end();
        MessageEnd upstream = gateway.upstream();
        assertHead(upstream.nextHead(), request(pair, "PUT", "/", "content-length: 4"));
        assertThat(upstream.rest().body()).isEqualTo("body");
        upstream.awaitAbandoned();

        MessageEnd second = pair.http1Upstream() ? gateway.upstream() : upstream;
        assertHead(second.nextHead(), request(pair, "PUT", "/", "content-length: 4"));
        assertThat(second.rest().body()).isEqualTo("body");
        second.head(":status", "200", "content-length", "0", "x-attempt", "2");

        assertHead(client.nextHead(), response(200, "content-length: 0", "x-attempt: 2"));
        Exchange exchange = gateway.ended();
        assertThat(exchange.attempts()).isEqualTo(2);
        assertThat(exchange.cause()).isNull();
        assertServesNext(pair, client, second);
    }

    @ParameterizedTest
    @EnumSource
    void repeatsAnAttemptThatGotAStatusOfTheList(ProtocolPair pair) throws Exception {
        gateway.between(pair, "retry: {statuses: [503], backoff: 1ms}", "forwarded: {fields: []}");
        MessageEnd client = gateway.client();
        client.begin(":method", "PUT", ":path", "/");
        client.body("body");
        client.end();
        MessageEnd upstream = gateway.upstream();
        upstream.nextHead();
        assertThat(upstream.rest().body()).isEqualTo("body");
        upstream.head(":status", "503", "content-length", "0", "x-attempt", "1");

        MessageEnd second = gateway.next(upstream);
        assertHead(second.nextHead(), request(pair, "PUT", "/", pair.upstream("transfer-encoding: chunked", "")));
        assertThat(second.rest().body()).isEqualTo("body");
        second.head(":status", "200", "content-length", "0", "x-attempt", "2");

        assertHead(client.nextHead(), response(200, "content-length: 0", "x-attempt: 2"));
        Exchange exchange = gateway.ended();
        assertThat(exchange.attempts()).isEqualTo(2);
        assertThat(exchange.cause()).isNull();
        assertServesNext(pair, client, second);
    }

    @ParameterizedTest
    @EnumSource
    void passesAStatusOfTheListOnWhenNoAttemptIsLeft(ProtocolPair pair) throws Exception {
        gateway.between(pair, "retry: {statuses: [503], backoff: 1ms}", "forwarded: {fields: []}");
        MessageEnd client = gateway.client();
        client.head(":method", "GET", ":path", "/");
        MessageEnd upstream = gateway.upstream();
        assertHead(upstream.nextHead(), request(pair, "GET", "/"));
        upstream.begin(":status", "503", "content-length", "0"); // a body that came later would cost the connection
        upstream.end();
        assertHead(upstream.nextHead(), request(pair, "GET", "/"));
        upstream.begin(":status", "503", "content-length", "4", "x-attempt", "2");
        upstream.body("busy");
        upstream.end();

        assertHead(client.nextHead(), response(503, "content-length: 4", "x-attempt: 2"));
        assertThat(client.rest().body()).isEqualTo("busy");
        assertThat(gateway.ended().attempts()).isEqualTo(2);
    }

    // ---- forwarded fields ----

    @ParameterizedTest
    @EnumSource
    void tellsTheUpstreamWhoCalled(ProtocolPair pair) throws Exception {
        gateway.between(pair, "retry: {attempts: 1}", """
                forwarded: {fields: [x-forwarded-for, x-forwarded-proto, x-forwarded-host, x-forwarded-port, forwarded, x-real-ip,
                  x-request-id, via]}
                """);
        MessageEnd client = gateway.client();
        client.head(
                ":method",
                "GET",
                ":path",
                "/",
                "x-request-id",
                "abc-1",
                "x-forwarded-for",
                "1.2.3.4",
                "forwarded",
                "for=1.2.3.4",
                "x-real-ip",
                "1.2.3.4",
                "x-forwarded-proto",
                "https",
                "x-forwarded-host",
                "evil.test",
                "x-forwarded-port",
                "99",
                "via",
                "1.0 edge");
        MessageEnd upstream = gateway.upstream();
        assertHead(
                upstream.nextHead(),
                request(
                        pair,
                        "GET",
                        "/",
                        "x-forwarded-for: 127.0.0.1",
                        "x-forwarded-proto: http",
                        "x-forwarded-host: example.test",
                        "x-forwarded-port: 80",
                        "forwarded: for=127.0.0.1;proto=http;host=\"example.test\"",
                        "x-real-ip: 127.0.0.1",
                        "x-request-id: abc-1",
                        "via: 1.0 edge, " + pair.client("1.1", "2") + " penstock"));
        upstream.head(":status", "204", "via", "1.0 deep");

        assertHead(client.nextHead(), response(204, "via: 1.0 deep, " + pair.upstream("1.1", "2") + " penstock"));
    }

    @ParameterizedTest
    @EnumSource
    void extendsWhatATrustedProxySaid(ProtocolPair pair) throws Exception {
        gateway.between(pair, "retry: {attempts: 1}", """
                forwarded: {fields: [x-forwarded-for, x-forwarded-proto, x-forwarded-host, x-forwarded-port, forwarded, x-real-ip]}
                trusted: [127.0.0.0/8]
                """);
        MessageEnd client = gateway.client();
        client.head(
                ":method",
                "GET",
                ":path",
                "/",
                "x-forwarded-for",
                "1.2.3.4",
                "x-forwarded-proto",
                "https",
                "x-forwarded-host",
                "outer.test",
                "x-forwarded-port",
                "444",
                "forwarded",
                "for=1.2.3.4;proto=https");
        List<String> head = new ArrayList<>(gateway.upstream().nextHead());

        assertHead(
                head,
                request(
                        pair,
                        "GET",
                        "/",
                        "x-forwarded-for: 1.2.3.4, 127.0.0.1",
                        "x-forwarded-proto: https",
                        "x-forwarded-host: outer.test",
                        "x-forwarded-port: 444",
                        "forwarded: for=1.2.3.4;proto=https, for=127.0.0.1;proto=http",
                        "x-real-ip: 1.2.3.4"));
    }
}
