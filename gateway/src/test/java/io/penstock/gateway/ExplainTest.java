// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the gateway says about a request, offline and online. */
class ExplainTest {
    private static final String FILE = """
            listeners: [{name: main, address: 127.0.0.1, port: 0}]
            routes:
              - name: users
                host: "*.example.com"
                path-template: "/users/{id}"
                methods: [GET, HEAD]
                rewrite: {path: "/people/{id}"}
                response-headers: {remove: [server]}
                cluster: people
                timeout: 5s
              - {name: beta, path-prefix: /users, headers: [{name: x-beta, exact: "1"}], cluster: people}
              - {name: office, path-prefix: /office, client: [10.0.0.0/8], answer: {status: 204}}
              - {name: calls, grpc: {service: pkg.Service}, cluster: people}
              - {name: moved, path: /old, redirect: {path: /new}}
              - {name: socket, path: /ws, cluster: people, upgrades: []}
              - {name: guarded, path: /guarded, cluster: guarded}
              - {name: split, path: /split, clusters: [{cluster: people, weight: 9}, {cluster: guarded, weight: 1}]}
            clusters:
              - {name: people, endpoints: ["10.1.1.1:80", "10.1.1.2:80"]}
              - name: guarded
                discovery: {dns: {name: jobs.test, port: 80}}
                upstream: {protocol: http1}
                retry: {attempts: 3, statuses: [502-504], per-try-timeout: 2s, hedge: {after: 80ms}}
                breaker: {}
                bulkhead: {max-active: 64}
                fallback: {cluster: people}
            admin: {port: 0}
            access-log: {output: none}
            trusted: [127.0.0.0/8]
            """;

    @TempDir
    Path folder;

    private record Ran(int code, String out, String err) {}

    private Ran explain(String... arguments) throws IOException {
        return explaining(FILE, arguments);
    }

    private Ran explaining(String yaml, String... arguments) throws IOException {
        Path file = Files.writeString(folder.resolve("gateway.yaml"), yaml);
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> all = new java.util.ArrayList<>(List.of("explain", "--config", file.toString()));
        all.addAll(List.of(arguments));
        int code = new CommandLine(new Main())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
        return new Ran(code, out.toString(), err.toString());
    }

    @Test
    void saysWhichRouteWinsWhatItDoesAndWhyOthersLost() throws IOException {
        Ran ran = explain("GET", "https://api.example.com/users/42?x=1", "-H", "X-Beta: 1");

        assertThat(ran.code()).isZero();
        assertThat(ran.out()).isEqualTo("""
                request           GET api.example.com/users/42?x=1
                client            127.0.0.1
                route             users
                  filters         set x-forwarded-for, x-forwarded-proto, x-forwarded-host,
                                  x-request-id; response remove server
                  cluster         people, endpoints 10.1.1.1:80, 10.1.1.2:80
                  balancer        peak-ewma
                  protocol        h2c, clear text
                  connect-timeout 1s
                  queue-timeout   1s
                  first-byte-timeout
                                  1m
                  read-timeout    1m, none for an event stream
                  write-timeout   30s
                  retry           2 attempts in all, on connect-failure, refused, unanswered;
                                  budget 20 % of the active exchanges and 3
                  path            /people/42?x=1
                  authority       api.example.com
                  timeout         5s, none for an event stream
                  max-idle        none
                  max-stream-life none
                candidates
                  users           *.example.com /users/{id}
                                  won
                  beta            * /users
                                  outranked: users has a more specific host
                  guarded         * /guarded
                                  path: expected path /guarded
                  office          * /office
                                  path: expected path /office
                  moved           * /old
                                  path: expected path /old
                  calls           * /pkg.Service/...
                                  path: expected path /pkg.Service/...
                  split           * /split
                                  path: expected path /split
                  socket          * /ws
                                  path: expected path /ws
                """);
        assertThat(ran.out().lines()).allMatch(line -> line.length() <= 80);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "GET | /users/1 | X: 1 | 1 | none: no-route",
                "GET | /users/1 | X-Beta: 1 | 0 | beta",
                "POST | /users/1 | Host: a.example.com | 1 | condition: expected method GET or HEAD, but it is POST",
                "GET | /users/1 | X-Beta: 2 | 1 | condition: expected header x-beta: 1, but it is 2",
                "GET | /office | X-Forwarded-For: 10.0.0.9 | 0 | answer          204, 0 chars",
                "GET | /office | X-Forwarded-For: 192.0.2.1 | 1 | condition: expected client in 10.0.0.0/8, but it is 192.0.2.1",
                "POST | /pkg.Service/Do | Content-Type: application/grpc | 0 | max-grpc-timeout 1h",
                "POST | /pkg.Service/Do | Content-Type: text/plain | 1 | condition: expected gRPC, but content-type is text/plain",
                "POST | /pkg.Service/Do | Content-Type: application/grpc | 0 | read-timeout    none",
                "GET | http://a.test/old?q | X: 1 | 0 | 301 to http://a.test/new?q",
                "GET | http://a.test/old | X-Forwarded-Proto: https | 0 | 301 to https://a.test/new",
                "OPTIONS | /ws | Max-Forwards: 0 | 0 | answer          200 by the gateway itself: max-forwards is 0",
                "GET | /ws | Upgrade: websocket | 0 | websocket, refused: upgrade-refused",
            })
    void explainsEachKindOfRoute(String method, String url, String header, int code, String said) throws IOException {
        Ran ran = explain(method, url, "-H", header);

        assertThat(ran.code()).as(ran.out() + ran.err()).isEqualTo(code);
        assertThat(ran.out().replaceAll("\n {18}", " ")).contains(said);
    }

    /** What is behind a filter that answers is not asked, and so nothing is said of it. */
    @Test
    void stopsWhereTheRequestDoes() throws IOException {
        String yaml = """
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                filters: [{name: pages, cors: {origins: ["https://app.test"]}}]
                routes: [{name: all, cluster: people, filters: [pages]}]
                clusters: [{name: people, endpoints: ["10.1.1.1:80"]}]
                """;
        String[] preflight = {
            "OPTIONS", "/a", "-H", "Origin: https://app.test", "-H", "Access-Control-Request-Method: GET"
        };

        assertThat(explaining(yaml, preflight).out()).contains("pages: ").doesNotContain("people");
        assertThat(explaining(yaml, "GET", "/a").out()).contains("people");
    }

    @Test
    void saysWhatAClusterDoesWithTheRequest() throws IOException {
        assertThat(explain("GET", "/guarded").out())
                .contains(
                        "  cluster         guarded, endpoints by DNS of jobs.test\n",
                        "  protocol        http1, clear text\n",
                        "  first-byte-timeout\n                  1m\n",
                        "  read-timeout    1m, none for an event stream\n",
                        "  write-timeout   30s\n",
                        "  retry           3 attempts in all, on connect-failure, refused, unanswered,\n",
                        "                  502-504; budget",
                        "  per-try-timeout 2s\n",
                        "  hedge           after 80ms\n",
                        "  breaker         10 failures in 10s, per cluster\n",
                        "  bulkhead        64 at a time\n",
                        "  fallback        cluster people\n");
        assertThat(explain("PUT", "/guarded").out()).contains("  hedge           not this request: ");
    }

    @Test
    void saysWhichOfSeveralClustersAValueBelongsTo() throws IOException {
        assertThat(explain("GET", "/split").out().replaceAll("\n {18}", " "))
                .contains(
                        "cluster, weight 9 people, endpoints 10.1.1.1:80, 10.1.1.2:80\n",
                        "cluster, weight 1 guarded, endpoints by DNS of jobs.test\n",
                        "protocol        people: h2c, clear text; guarded: http1, clear text\n",
                        "hedge           guarded: after 80ms\n");
    }

    @Test
    void readsThePathAsItsListenerDoes() throws IOException {
        Ran normal = explain("GET", "/x/../old");
        Ran refused = explain("GET", "/old\\x");
        Ran unknown = explain("GET", "/", "--listener", "other");

        assertThat(normal.out()).contains("route             moved\n");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).startsWith("refused: bad-path: ");
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).contains("--listener other is not a listener of the configuration");
    }

    @Test
    void judgesAsThePeerThatIsNamed() throws IOException {
        assertThat(explain("GET", "/office", "--peer", "10.2.3.4").code()).isZero();
        assertThat(explain("GET", "/office", "--peer", "192.0.2.1", "-H", "x-forwarded-for: 10.2.3.4")
                        .code())
                .isEqualTo(1);
    }

    @Test
    void believesTheSchemeOfTrustedPeersOnly() throws IOException {
        assertThat(explain("GET", "http://a.test/old", "--peer", "192.0.2.1", "-H", "x-forwarded-proto: https")
                        .out())
                .contains("301 to http://a.test/new");
    }

    @Test
    void writesJson() throws IOException {
        Ran ran = explain("GET", "http://a.test/old", "--json");

        assertThat(ran.out())
                .startsWith(
                        "{\"method\":\"GET\",\"url\":\"a.test/old\",\"client\":\"127.0.0.1\",\"route\":\"moved\",\"steps\":{")
                .contains("{\"route\":\"moved\",\"match\":\"* /old\",\"verdict\":\"won\"}")
                .endsWith("],\"others\":0}\n");
    }

    @ParameterizedTest
    @CsvSource({"GET, nowhere, -H, a:b", "GET, http://, -H, a:b", "GET, /, -H, ab", "GET, /, --peer, me"})
    void refusesWhatItDoesNotUnderstand(String method, String url, String option, String value) throws IOException {
        Ran ran = explain(method, url, option, value);

        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains(" is not a").doesNotContain("Exception");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.0/8, 127.0.0.1, true", "127.0.0.0/8, 203.0.113.9, false", "10.0.0.0/8, 127.0.0.1, false"})
    void answersATrustedCallerWithTheExplanation(String trusted, String client, boolean explained) {
        try (RunningGateway gateway = online(trusted)) {
            FramePeer peer = gateway.client();
            int call = peer.get("/x", "x-penstock-explain", "1", "x-forwarded-for", client);

            WireFrame head = peer.awaitHead(call);
            String body = peer.awaitRest(call).text();

            assertThat(head.value(":status")).isEqualTo("200");
            if (explained) {
                assertThat(head.value("content-type")).isEqualTo("application/json");
                assertThat(head.value("cache-control")).isEqualTo("no-store");
                assertThat(body).startsWith("{\"method\":\"GET\"").contains("\"route\":\"all\"", "\"verdict\":\"won\"");
            } else {
                assertThat(body).isEqualTo("served");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.0/8, 127.0.0.1, true", "127.0.0.0/8, 203.0.113.9, false", "10.0.0.0/8, 127.0.0.1, false"})
    void answersATrustedCallerOfHttp1WithTheExplanation(String trusted, String client, boolean explained)
            throws IOException {
        try (RunningGateway gateway = online(trusted);
                var socket = new java.net.Socket(
                        gateway.address().getAddress(), gateway.address().getPort());
                var peer = new Http1Origin.Connection(socket)) {
            for (int i = 0; i < 2; i++) {
                peer.send("PUT /x HTTP/1.1\r\nHost: a.test\r\nX-Penstock-Explain: 1\r\nX-Forwarded-For: " + client
                        + "\r\nContent-Length: 4\r\n\r\nbody");

                String answer = peer.request();

                assertThat(answer).startsWith("HTTP/1.1 200 ");
                if (explained) {
                    assertThat(answer)
                            .contains("\r\ncontent-type: application/json\r\n", "\r\ncache-control: no-store\r\n")
                            .contains("\r\n\r\n{\"method\":\"PUT\",\"url\":\"a.test/x\"", "\"route\":\"all\"")
                            .endsWith("\"others\":0}\n");
                } else {
                    assertThat(answer).endsWith("\r\n\r\nserved");
                }
            }
        }
    }

    private static RunningGateway online(String trusted) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, answer: {status: 200, body: served}}]
                admin: {port: 0}
                access-log: {output: none}
                trusted: [%s]
                """.formatted(trusted)).start();
    }
}
