// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.route.RouteConfig;
import io.penstock.gateway.exchange.Exchange;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTableTest {

    /** The keys of each route, whose names are their places: r0, r1, ... */
    static RouteTable<String> table(String... routes) {
        StringBuilder yaml = new StringBuilder("listeners: [{port: 0}]\nroutes:\n");
        for (int i = 0; i < routes.length; i++) {
            yaml.append("  - {name: r")
                    .append(i)
                    .append(", answer: {}, ")
                    .append(routes[i])
                    .append("}\n");
        }
        var table = new RouteTable.Builder<String>();
        for (RouteConfig route : ConfigReader.read(yaml.toString(), Map.of()).routes()) {
            table.add(route.name(), route.match(), route.name());
        }
        return table.build();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // authority, path, route
                "any.test, /a, r0",
                "any.test, /a/, r0",
                "any.test, /a/x, r0",
                "any.test, /a?q=/a/b, r0",
                "any.test, /a/b, r1",
                "any.test, /a/b/c, r1",
                "any.test, /a/bc, r0",
                "any.test, /ab, -",
                "any.test, /A, -",
                "any.test, /, -",
                "any.test, //a, -",
                "'', /a, r0",
                "host.test, /a, r2",
                "HOST.TEST:8080, /x, r2",
                "host.test., /x, r2",
                "host.test, /a/b/c/d, r3",
                "host.test, *, r2",
                "host.test, //a, r2",
                "any.test, *, -",
                "[::1], /six, r4",
                "[::1]:80, /six/x, r4",
                "narrow.test, /a, r0",
                "narrow.test, /only, r5"
            })
    void findsTheLongestPrefixOfTheHostAndThenOfAny(String authority, String path, String route) {
        RouteTable<String> routes = table(
                "path-prefix: /a",
                "path-prefix: /a/b",
                "host: Host.test",
                "host: host.test, path-prefix: /a/b/c",
                "host: '::1', path-prefix: /six",
                "host: narrow.test., path-prefix: /only");

        assertThat(routes.match(Requests.get(authority, path))).isEqualTo(route);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "a.test, r0",
                "x.a.test, r1",
                "X.A.Test:80, r1",
                "y.x.a.test, r1",
                "b.test, r2",
                "x.b.test, r2",
                "test, -",
                ".test, -",
                "xa.test, r2",
                "special.a.test, r3"
            })
    void prefersAHostToItsWildcardsAndTheLongerOfThem(String authority, String route) {
        RouteTable<String> routes = table("host: a.test", "host: '*.a.test'", "host: '*.test'", "host: special.a.test");

        assertThat(routes.match(Requests.get(authority, "/"))).isEqualTo(route);
    }

    @Test
    void goesOnWithTheNextWiderHostWhenNoPathOfTheFirstFits() {
        RouteTable<String> routes = table(
                "host: a.b.test, path-prefix: /1",
                "host: '*.b.test', path-prefix: /2",
                "host: '*.test', path-prefix: /3",
                "path-prefix: /4");

        assertThat(List.of("/1", "/2", "/3", "/4"))
                .extracting(path -> routes.match(Requests.get("a.b.test", path)))
                .containsExactly("r0", "r1", "r2", "r3");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "/users, r0",
                "/users/, r0",
                "/users/me, r1",
                "/users/42, r2",
                "/users/42/, r3",
                "/users/42/files/a, r3",
                "/users/42/keys, r4",
                "/users/me/x, r3",
                "/img/a.png, r5",
                "/img/a.gif, r6",
                "/img/raw/a.png, r7",
                "/other/keys, r8",
                "/other, r9",
                "/other/keys/x, r9"
            })
    void prefersFixedSegmentsToPlacesAndBothToExpressionsAndThoseToTheRest(String path, String route) {
        RouteTable<String> routes = table(
                "path-prefix: /users",
                "path: /users/me",
                "path-template: '/users/{id}'",
                "path-template: '/users/{id}/...'",
                "path-template: '/users/{id}/keys'",
                "path-regex: '/img/.*\\.png'",
                "path-prefix: /img",
                "path-prefix: /img/raw",
                "path-template: '/{any}/keys'",
                "path-prefix: /");

        assertThat(routes.match(Requests.get("any.test", path))).isEqualTo(route);
    }

    @ParameterizedTest
    @CsvSource({"a.test, /x/y, r1", "b.test, /x/y, r1", "a.test, /z, r0", "b.test, /z, r2", "a.test, /x, r3"})
    void prefersAHigherPriorityToEverythingMoreSpecific(String authority, String path, String route) {
        RouteTable<String> routes =
                table("host: a.test", "path-prefix: /x, priority: 2", "priority: -1", "path: /x, priority: 3");

        assertThat(routes.match(Requests.get(authority, path))).isEqualTo(route);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                // keys of the route, path, a field and its value, whether it fits
                "methods: [GET, HEAD] | / | :method | HEAD | true",
                "methods: [GET, HEAD] | / | :method | POST | false",
                "methods: [GET] | / | :method | get | false",
                "headers: [{name: X-A, exact: b}] | / | x-a | b | true",
                "headers: [{name: X-A, exact: b}] | / | x-a | B | false",
                "headers: [{name: X-A, exact: b}] | / | x-b | b | false",
                "headers: [{name: x-a, prefix: b}] | / | x-a | bc | true",
                "headers: [{name: x-a, prefix: b}] | / | x-a | ab | false",
                "headers: [{name: x-a, regex: 'b+'}] | / | x-a | bbb | true",
                "headers: [{name: x-a, regex: 'b+'}] | / | x-a | abb | false",
                "headers: [{name: x-a, present: true}] | / | x-a | | true",
                "headers: [{name: x-a, present: false}] | / | x-a | b | false",
                "headers: [{name: x-a, present: false}] | / | x-b | b | true",
                "headers: [{name: host, prefix: any}] | / | x-b | b | true",
                "headers: [{name: a, exact: b}, {name: c, exact: d}] | / | a | b | false",
                "query: [{name: q, exact: b}] | /?q=b | - | - | true",
                "query: [{name: q, exact: b}] | /?a=1&q=b&q=c | - | - | true",
                "query: [{name: q, exact: b}] | /?q=c&q=b | - | - | false",
                "query: [{name: q, exact: b}] | /?Q=b | - | - | false",
                "query: [{name: q, exact: b}] | / | - | - | false",
                "query: [{name: q, exact: 'a b'}] | /?%71=a+%62 | - | - | true",
                "query: [{name: q, exact: '%zz'}] | /?q=%zz | - | - | true",
                "query: [{name: q, present: true}] | /?q | - | - | true",
                "query: [{name: q, present: true}] | /?q&r | - | - | true",
                "query: [{name: q, present: false}] | /?r | - | - | true",
                "query: [{name: q, regex: '[0-9]+'}] | /?q=12 | - | - | true",
                "query: [{name: q, prefix: a=}] | /?q=a=b | - | - | true",
                "grpc: {} | /a.B/C | content-type | application/grpc+proto | true",
                "grpc: {} | /a.B/C | content-type | application/json | false",
                "grpc: {service: a.B} | /a.B/C | content-type | application/grpc | true",
                "grpc: {service: a.B} | /a.Bc/C | content-type | application/grpc | false",
                "grpc: {service: a.B, method: C} | /a.B/C | content-type | application/grpc | true",
                "grpc: {service: a.B, method: C} | /a.B/D | content-type | application/grpc | false",
                "grpc: {method: C} | /x.Y/C | content-type | application/grpc | true",
                "client: [192.0.2.0/24] | / | - | - | true",
                "client: [10.0.0.0/8, '::1'] | / | - | - | false",
                "upgrade: WebSocket | / | :protocol | websocket | true",
                "upgrade: websocket | / | :protocol | other | false",
                "upgrade: websocket | / | - | - | false",
                "path-regex: '/a.c' | /abc?x | - | - | true",
                "path-regex: '/a.c' | /abcd | - | - | false",
                "path-regex: '(?i)/ABC' | /abc | - | - | true",
                "path-regex: '/a(/b)?' | /a/b | - | - | true"
            })
    void asksForEverythingThatARouteNames(
            String keys, String path, @Nullable String name, @Nullable String value, boolean fits) {
        RouteTable<String> routes = table(keys);
        Exchange exchange = name == null
                ? Requests.get("any.test", path)
                : Requests.get("any.test", path, name, value == null ? "" : value);

        assertThat(routes.match(exchange)).isEqualTo(fits ? "r0" : null);
    }

    @Test
    void joinsTheFieldsOfOneName() {
        RouteTable<String> routes = table("headers: [{name: x, exact: 'a, b'}]", "headers: [{name: x, exact: a}]");

        assertThat(routes.match(Requests.get("h", "/", "x", "a", "x", "b"))).isEqualTo("r0");
    }

    /** As HTTP/1.1 has them, into however many fields HTTP/2 splits them (RFC 9113 §8.2.3). */
    @Test
    void joinsCookiesInTheirOwnWay() {
        RouteTable<String> routes = table("headers: [{name: cookie, exact: 'a=1; b=2'}]");

        assertThat(routes.match(Requests.get("h", "/", "cookie", "a=1", "cookie", "b=2")))
                .isEqualTo("r0");
    }

    @Test
    void takesTheHandshakeOfAWebSocketOverHttp2AsAGet() {
        RouteTable<String> routes = table("methods: [GET], upgrade: websocket");

        assertThat(routes.match(Requests.get("h", "/", ":method", "CONNECT", ":protocol", "websocket")))
                .isEqualTo("r0");
        assertThat(routes.match(Requests.get("h", "/", ":method", "CONNECT"))).isNull();
    }

    @Test
    void prefersMoreConditionsInTheDocumentedOrder() {
        RouteTable<String> routes = table(
                "query: [{name: q, present: true}]",
                "headers: [{name: x, present: true}]",
                "headers: [{name: x, exact: a}]",
                "headers: [{name: x, present: true}, {name: y, present: true}]",
                "client: [192.0.0.0/8]",
                "client: [192.0.2.0/24]",
                "upgrade: websocket",
                "methods: [GET]",
                "priority: 0");
        String[] all = {"x", "a", "y", "b", ":protocol", "websocket"};

        assertThat(routes.match(Requests.get("h", "/?q", all))).isEqualTo("r7");
        assertThat(routes.match(Requests.get("h", "/?q", with(all, ":method", "CONNECT"))))
                .isEqualTo("r7");
        assertThat(routes.match(Requests.get("h", "/?q", with(all, ":method", "PUT"))))
                .isEqualTo("r6");
        assertThat(routes.match(Requests.get("h", "/?q", ":method", "PUT", "x", "a", "y", "b")))
                .isEqualTo("r5");
        Exchange elsewhere = Requests.get("h", "/?q", ":method", "PUT", "x", "a", "y", "b");
        elsewhere.client("192.9.9.9");
        assertThat(routes.match(elsewhere)).isEqualTo("r4");
        elsewhere.client("10.0.0.1");
        assertThat(routes.match(elsewhere)).isEqualTo("r3");
        assertThat(routes.match(away("/?q", "x", "a"))).isEqualTo("r2");
        assertThat(routes.match(away("/?q", "x", "b"))).isEqualTo("r1");
        assertThat(routes.match(away("/?q"))).isEqualTo("r0");
        assertThat(routes.match(away("/"))).isEqualTo("r8");
    }

    private static Exchange away(String path, String... fields) {
        Exchange exchange = Requests.get("h", path, with(fields, ":method", "PUT"));
        exchange.client("10.0.0.1");
        return exchange;
    }

    private static String[] with(String[] fields, String name, String value) {
        String[] more = java.util.Arrays.copyOf(fields, fields.length + 2);
        more[fields.length] = name;
        more[fields.length + 1] = value;
        return more;
    }

    @Test
    void explainsWhyEachRouteLost() {
        RouteTable<String> routes = table(
                "path-prefix: /a",
                "path-prefix: /a/b",
                "path-prefix: /c",
                "host: other.test",
                "path-prefix: /a/b, methods: [POST]");

        assertThat(routes.explain(Requests.get("h.test", "/a/b")))
                .extracting(Candidate::route, Candidate::verdict, Candidate::reason)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("r1", Candidate.Verdict.WON, ""),
                        org.assertj.core.groups.Tuple.tuple(
                                "r0", Candidate.Verdict.OUTRANKED, "r1 has a more specific path"),
                        org.assertj.core.groups.Tuple.tuple("r2", Candidate.Verdict.PATH, "expected path /c"),
                        org.assertj.core.groups.Tuple.tuple(
                                "r3", Candidate.Verdict.HOST, "expected host other.test, but it is h.test"),
                        org.assertj.core.groups.Tuple.tuple(
                                "r4", Candidate.Verdict.CONDITION, "expected method POST, but it is GET"));
    }
}
