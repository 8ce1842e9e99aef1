// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.route.Split;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What routes do with requests, on the wire. */
class RoutingTest {
    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin();

    private void routes(String routes, String more) {
        gateway.configured("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes:
                %s
                clusters: [{name: origin, endpoints: ["${ORIGIN}"]}, {name: nobody, endpoints: ["127.0.0.1:1"]}]
                admin: {port: 0}
                access-log: {output: none}
                %s
                """.formatted(routes.indent(2), more));
    }

    private void routes(String routes) {
        routes(routes, "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // keys of the redirect, path, the answer's status and location
                "scheme: https | /a?b=c | 301 | https://example.test/a?b=c",
                "scheme: https, host: 'new.test:8443', status: 308 | /a?b=c | 308 | https://new.test:8443/a?b=c",
                "host: new.test, status: 302 | / | 302 | http://new.test/",
                "path: /x | /old/y?q | 301 | http://example.test:8080/x?q",
                "path-prefix: /new | /old/y?q | 301 | http://example.test:8080/new/old/y?q",
            })
    void sendsCallersElsewhereAndKeepsTheirQuery(String redirect, String path, String status, String location) {
        routes("- {name: away, redirect: {" + redirect + "}}");
        FramePeer client = gateway.client();
        int call = client.open(
                true, ":method", "GET", ":scheme", "http", ":path", path, ":authority", "example.test:8080");

        WireFrame head = client.awaitHead(call);

        assertThat(head.undated()).containsExactly(":status", status, "location", location, "content-length", "0");
        assertThat(head.end()).isTrue();
        Exchange ended = gateway.ended();
        assertThat(ended.cause()).isNull();
        assertThat(ended.route()).isEqualTo("away");
        assertThat(ended.status()).isEqualTo(Integer.parseInt(status));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // authority of the caller, where it is sent
                "A.b.Example.test | http://a.b.new.test/x",
                "a.example.test.:8080 | http://a.new.test/x",
                "1.example.test | http://1.new.test/x",
            })
    void sendsCallersToTheSameNameOfAnotherDomain(String authority, String location) {
        routes("- {name: moved, host: '*.example.test', redirect: {host: '{*}.new.test'}}");
        FramePeer client = gateway.client();
        int call = client.open(true, ":method", "GET", ":scheme", "http", ":path", "/x", ":authority", authority);

        assertThat(client.awaitHead(call).value("location")).isEqualTo(location);
    }

    @Test
    void tellsTheUpstreamTheNameInAnotherDomain() {
        routes("- {name: all, host: '*.example.test', authority: '{*}.internal:81', cluster: origin}");
        gateway.client().open(true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a.example.test");

        assertThat(gateway.origin().connection().awaitHead(1).value(":authority"))
                .isEqualTo("a.internal:81");
    }

    @ParameterizedTest
    @CsvSource({"evil.test/.example.test", "..example.test", "a@b.example.test", "a:1.example.test"})
    void rewritesNothingThatIsNoName(String authority) {
        routes("- {name: moved, host: '*.example.test', redirect: {host: '{*}.new.test'}}");
        FramePeer client = gateway.client();
        int call = client.open(true, ":method", "GET", ":scheme", "http", ":path", "/x", ":authority", authority);

        assertThat(client.await("an end of the stream", frame -> frame.stream() == call)
                        .value("location"))
                .isNull();
    }

    @Test
    void answersByItself() {
        routes("""
                - name: closed
                  answer: {status: 503, body: "back at noon", headers: {Retry-After: "3600"}}
                  response-headers: {set: {x-site: a}}
                """);
        FramePeer client = gateway.client();
        int call = client.get("/");
        int head = client.open(true, ":method", "HEAD", ":scheme", "http", ":path", "/", ":authority", "example.test");

        assertThat(client.awaitHead(call).undated())
                .containsExactly(
                        ":status",
                        "503",
                        "retry-after",
                        "3600",
                        "content-type",
                        "text/plain; charset=utf-8",
                        "content-length",
                        "12",
                        "x-site",
                        "a");
        assertThat(client.awaitRest(call).text()).isEqualTo("back at noon");
        assertThat(client.awaitHead(head).end()).isTrue();
        assertThat(gateway.ended().cause()).isNull();
        assertThat(gateway.origin().connections()).isZero();
    }

    @Test
    void answersARequestWhoseBodyIsStillComing() {
        routes("- {name: no, answer: {status: 404, body: none}}");
        FramePeer client = gateway.client();
        int call = client.open(false, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "example.test");

        assertThat(client.awaitHead(call).value(":status")).isEqualTo("404");
        assertThat(client.await(call, WireFrame.RST_STREAM).code()).isEqualTo(WireFrame.NO_ERROR);

        int next = client.get("/");
        assertThat(client.awaitHead(next).value(":status")).isEqualTo("404");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "answer: {status: 503, body: 'at 100%'} | 14 | at 100%25",
                "answer: {status: 200, grpc-status: 5} | 5 | -",
                "redirect: {host: new.test} | 12 | moved to http://new.test/pkg.S/M",
            })
    void answersGrpcCallersInTheirWay(String action, String status, String message) {
        routes("- {name: own, " + action + "}");
        FramePeer client = gateway.client();
        int call = client.open(
                true,
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                "/pkg.S/M",
                ":authority",
                "example.test",
                "content-type",
                "application/grpc");

        WireFrame head = client.awaitHead(call);

        assertThat(head.end()).isTrue();
        assertThat(head.value(":status")).isEqualTo("200");
        assertThat(head.value("content-type")).isEqualTo("application/grpc");
        assertThat(head.value("grpc-status")).isEqualTo(status);
        assertThat(String.valueOf(head.value("grpc-message"))).isEqualTo(message.equals("-") ? "null" : message);
        assertThat(gateway.ended().grpcStatus()).isEqualTo(Integer.parseInt(status));
    }

    @Test
    void changesThePathTheAuthorityAndTheFieldsOnTheWay() {
        routes("""
                - name: people
                  path-template: "/users/{id}/..."
                  cluster: origin
                  rewrite: {path: "/people/{id}/..."}
                  authority: people.test
                  request-headers: {remove: [X-Gone], set: {x-set: "1"}, add: {x-more: b}}
                  response-headers: {remove: [server], set: {x-set: "2"}, add: {x-more: d}}
                """);
        FramePeer client = gateway.client();
        int call = client.get("/users/42/files?a=b", "x-gone", "1", "x-set", "0", "x-more", "a");
        FramePeer origin = gateway.origin().connection();

        WireFrame head = origin.awaitHead(1);
        origin.head(1, true, ":status", "200", "server", "x", "x-more", "c");

        assertThat(head.value(":path")).isEqualTo("/people/42/files?a=b");
        assertThat(head.value(":authority")).isEqualTo("people.test");
        assertThat(head.fields()).doesNotContain("x-gone").containsSequence("x-set", "1");
        assertThat(head.fields()).containsSubsequence("x-more", "a", "x-more", "b");
        assertThat(client.awaitHead(call).undated())
                .containsExactly(":status", "200", "x-more", "c", "x-set", "2", "x-more", "d");
        assertThat(gateway.ended().path()).isEqualTo("/users/42/files?a=b");
    }

    @Test
    void splitsByWeightAndKeepsARequestIdWhereItWas() {
        routes("""
                - {name: split, clusters: [{cluster: nobody, weight: 0}, {cluster: origin, weight: 3}]}
                """);
        FramePeer client = gateway.client();
        int call = client.get("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, true, ":status", "204");

        assertThat(client.awaitHead(call).value(":status")).isEqualTo("204");
        assertThat(gateway.ended().cluster()).isEqualTo("origin");
    }

    @Test
    void givesEachValueItsShareAndAnIdAlwaysTheSame() {
        Split<String> split = new Split<>(List.of("a", "none", "b"), List.of(90, 0, 10));
        Map<String, Integer> seen = new HashMap<>();

        for (int i = 0; i < 10_000; i++) {
            String id = "request-" + i;
            String chosen = split.choose(id);
            seen.merge(chosen, 1, Integer::sum);
            assertThat(split.choose(id)).isEqualTo(chosen);
        }

        assertThat(seen).containsOnlyKeys("a", "b");
        assertThat(seen.get("b")).isBetween(850, 1150);
    }

    @Test
    void selectsByTheClientThatATrustedProxyNames() {
        routes("""
                - {name: inner, client: [10.0.0.0/8], answer: {body: inner}}
                - {name: outer, answer: {body: outer}}
                """, "trusted: [127.0.0.0/8, 10.9.0.0/16]");
        FramePeer client = gateway.client();

        assertThat(body(client, "x-forwarded-for", "10.1.1.1")).isEqualTo("inner");
        assertThat(body(client, "x-forwarded-for", "10.1.1.1, 203.0.113.9")).isEqualTo("outer");
        assertThat(body(client, "x-forwarded-for", "203.0.113.9, 10.1.1.1, 10.9.0.1"))
                .isEqualTo("inner");
        assertThat(body(client)).isEqualTo("outer");
    }

    private static String body(FramePeer client, String... fields) {
        int call = client.get("/", fields);
        client.awaitHead(call);
        return client.awaitRest(call).text();
    }

    @Test
    void endsAStreamWhoseLifeIsOver() {
        routes("""
                - {name: events, cluster: origin, timeout: 1s, max-stream-life: 2s}
                """);
        FramePeer client = gateway.client();
        int call = client.get("/");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, false, ":status", "200", "content-type", "text/event-stream");
        client.awaitHead(call);

        client.await(call, WireFrame.RST_STREAM);

        Exchange ended = gateway.ended();
        assertThat(ended.cause()).isEqualTo(Cause.DEADLINE);
        assertThat(ended.detail()).isEqualTo("max-stream-life has passed");
    }

    @Test
    void endsAnOrdinaryExchangeAtItsTimeout() {
        routes("""
                - {name: slow, cluster: origin, timeout: 1s, max-stream-life: 2s}
                """);
        FramePeer client = gateway.client();
        int call = client.get("/");

        assertThat(client.awaitHead(call).value(":status")).isEqualTo("504");
        assertThat(gateway.ended().detail()).isEqualTo("the deadline has passed");
    }
}
