// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What routes do with requests over HTTP/1.1, and what becomes of the connection. */
@Timeout(60)
class Http1RoutingTest {
    private static final String CHAT = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n";

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.toOrigin();

    private final Http1Origin origin = gateway.before(Http1Origin.byHand());

    private void routes(String routes, String more) {
        gateway.configured("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes:
                  - {name: echo, path: /next, answer: {status: 200, body: next}}
                %s
                clusters: [{name: origin, endpoints: ["${ORIGIN}"], upstream: {protocol: http1}}]
                admin: {port: 0}
                access-log: {output: none}
                %s
                """.formatted(routes.indent(2), more));
    }

    /** The connection is where it ought to be between two requests: no byte too much or too few. */
    private static void assertServesTheNext(Http1Origin.Connection client) throws IOException {
        client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.request()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nnext");
    }

    // ---- answers of the gateway's own ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "scheme: https | GET | /a?b | 301 | https://a.test/a?b",
                "host: 'new.test:81', status: 302 | HEAD | / | 302 | http://new.test:81/",
                "path: /x, status: 308 | POST | /old?q | 308 | http://a.test:8080/x?q",
            })
    void sendsCallersElsewhere(String keys, String method, String path, String status, String location)
            throws Exception {
        routes("- {name: away, redirect: {" + keys + "}}", "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send(method + " " + path + " HTTP/1.1\r\nHost: a.test:8080\r\n\r\n");

        assertThat(client.head())
                .startsWith("HTTP/1.1 " + status + " ")
                .contains("\r\nlocation: " + location + "\r\n", "\r\ncontent-length: 0\r\n")
                .doesNotContainIgnoringCase("connection:");
        assertServesTheNext(client);
        assertThat(gateway.ended().route()).isEqualTo("away");
    }

    @Test
    void redirectsAnUploadAndReadsWhatIsLeftOfIt() throws Exception {
        routes("- {name: away, redirect: {host: new.test, status: 307}}", "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
        assertThat(client.head()).startsWith("HTTP/1.1 307 ");
        client.send("rest");

        assertServesTheNext(client);
    }

    @Test
    void closesTheConnectionOfAnUploadThatWaitsForPermission() throws Exception {
        routes("- {name: no, answer: {status: 413, body: large}}", "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n");

        assertThat(client.request())
                .startsWith("HTTP/1.1 413 ")
                .containsIgnoringCase("\r\nconnection: close\r\n")
                .endsWith("\r\n\r\nlarge");
        assertThat(client.ended()).isTrue();
    }

    @Test
    void redirectsACallerOfHttp10WithoutHost() throws Exception {
        routes("- {name: away, redirect: {path: /new}}", "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("GET /old?q HTTP/1.0\r\n\r\n");

        assertThat(client.head()).startsWith("HTTP/1.1 301 ").contains("\r\nlocation: /new?q\r\n");
        assertThat(client.ended()).isTrue();
    }

    @Test
    void answersByItself() throws Exception {
        routes("""
                - name: closed
                  answer: {status: 503, body: "back at noon", headers: {retry-after: "3600"}}
                  response-headers: {set: {x-site: a}}
                """, "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(client.request())
                .startsWith("HTTP/1.1 503 ")
                .contains("\r\nretry-after: 3600\r\n", "\r\nx-site: a\r\n", "\r\ncontent-length: 12\r\n")
                .endsWith("\r\n\r\nback at noon");
        assertServesTheNext(client);
        assertThat(gateway.ended().responseBytes()).isEqualTo("back at noon".length());
        assertThat(origin.connections()).isZero();
    }

    @Test
    void answersHeadWithoutTheBodyAndWithItsLength() throws Exception {
        routes("- {name: closed, answer: {status: 503, body: back at noon}}", "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(client.head()).startsWith("HTTP/1.1 503 ").contains("\r\ncontent-length: 12\r\n");
        assertServesTheNext(client);
        assertThat(gateway.ended().responseBytes()).isZero();
    }

    @Test
    void answersWithAStatusThatHasNoBody() throws Exception {
        routes("- {name: none, answer: {status: 204}}", "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(client.head()).startsWith("HTTP/1.1 204 ").doesNotContain("content-length", "transfer-encoding");
        assertServesTheNext(client);
    }

    // ---- via ----

    @ParameterizedTest
    @CsvSource({
        "1.1, 1.1, 1.1 penstock, 1.1 penstock",
        "1.0, 1.1, 1.0 penstock, 1.1 penstock",
        "1.1, 1.0, 1.1 penstock, 1.0 penstock"
    })
    void namesTheVersionsThatWereReceivedInVia(String down, String up, String request, String response)
            throws Exception {
        routes("- {name: all, cluster: origin}", "forwarded: {fields: [via]}");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("GET / HTTP/" + down + "\r\nHost: a\r\n\r\n");
        Http1Origin.Connection connection = origin.connection();
        assertThat(connection.head()).contains("\r\nvia: " + request + "\r\n");
        connection.send("HTTP/" + up + " 200 OK\r\nContent-Length: 2\r\n\r\nok");

        assertThat(client.request()).contains("\r\nvia: " + response + "\r\n").endsWith("\r\n\r\nok");
    }

    @Test
    void addsItselfToViaBothWays() throws Exception {
        routes("- {name: all, cluster: origin}", "forwarded: {fields: [via]}");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("GET / HTTP/1.1\r\nHost: a\r\nVia: 1.0 first\r\nVia: 2 second\r\n\r\n");
        Http1Origin.Connection connection = origin.connection();
        assertThat(connection.head()).contains("\r\nvia: 1.0 first, 2 second, 1.1 penstock\r\n");
        connection.send("HTTP/1.1 200 OK\r\nVia: 1.1 deep\r\nContent-Length: 2\r\n\r\nok");

        assertThat(client.request()).contains("\r\nvia: 1.1 deep, 1.1 penstock\r\n");
    }

    @Test
    void addsNoViaToAnswersOfItsOwn() throws Exception {
        routes("- {name: all, cluster: origin}", "forwarded: {fields: [via]}");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(client.request()).doesNotContain("via:");
    }

    // ---- upgrades ----

    @Test
    void refusesAnUpgradeThatIsNotConfiguredAndServesTheNext() throws Exception {
        routes("- {name: all, cluster: origin}", "trusted: [127.0.0.1]");
        Http1Origin.Connection client = gateway.http1Client();

        client.send(CHAT);

        assertThat(client.request())
                .startsWith("HTTP/1.1 403 ")
                .contains("\r\nx-penstock-cause: upgrade-refused\r\n")
                .endsWith("\r\n\r\ngateway: upgrade refused\n");
        assertThat(gateway.ended().cause()).isEqualTo(Cause.UPGRADE_REFUSED);
        assertServesTheNext(client);
        assertThat(origin.connections()).isZero();
    }

    @Test
    void refusesAWebSocketWhereUpgradesAreOff() throws Exception {
        routes("- {name: all, cluster: origin, upgrades: []}", "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("""
                GET /ws HTTP/1.1\r
                Host: a\r
                Connection: Upgrade\r
                Upgrade: websocket\r
                Sec-WebSocket-Version: 13\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                \r
                """);

        assertThat(client.request()).startsWith("HTTP/1.1 403 ");
        assertServesTheNext(client);
        assertThat(origin.connections()).isZero();
    }

    @Test
    void changesToAProtocolThatIsConfigured() throws Exception {
        routes("- {name: all, cluster: origin, upgrades: [CHAT]}", "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send(CHAT + "hello");
        Http1Origin.Connection connection = origin.connection();
        assertThat(connection.head())
                .startsWith("GET /chat HTTP/1.1\r\n")
                .contains("\r\nconnection: upgrade\r\n", "\r\nupgrade: chat\r\n");
        connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\nwelcome");

        assertThat(client.head())
                .startsWith("HTTP/1.1 101 ")
                .contains("\r\nconnection: upgrade\r\n", "\r\nupgrade: chat\r\n");
        assertThat(client.text("welcome".length())).isEqualTo("welcome");
        assertThat(connection.text("hello".length())).isEqualTo("hello");
        client.close();
        assertThat(connection.ended()).isTrue();
        connection.close();
        assertThat(gateway.ended().status()).isEqualTo(101);
    }

    @Test
    void passesOnAnUpstreamThatDeclinesTheUpgrade() throws Exception {
        routes("- {name: all, cluster: origin, upgrades: [chat]}", "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send(CHAT);
        Http1Origin.Connection connection = origin.connection();
        connection.head();
        connection.answer("not today");

        assertThat(client.request()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nnot today");
        assertServesTheNext(client);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
                "Upgrade: chat\r\n",
                "Connection: Upgrade\r\n",
            })
    void servesARequestWhoseUpgradeItMayIgnore(String fields) throws Exception {
        routes("- {name: all, cluster: origin}", "");
        Http1Origin.Connection client = gateway.http1Client();

        client.send("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
        Http1Origin.Connection connection = origin.connection();
        assertThat(connection.head()).doesNotContainIgnoringCase("upgrade", "http2-settings");
        connection.answer("plain");

        assertThat(client.request()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nplain");
        assertServesTheNext(client);
    }
}
