// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a request by the authority that it names, over HTTP/1.1 and HTTP/2. */
@Timeout(60)
class AuthorityWireTest {
    private static final String ROUTES = """
            routes:
              - {name: loopback, host: "0:0:0:0:0:0:0:1", answer: {status: 203}}
              - {name: named, host: example.test, answer: {status: 202}}
              - {name: moved, path-prefix: /moved, redirect: {path: /here}}
              - {name: others, answer: {status: 404}}
            admin: {port: 0}
            access-log: {output: none}
            """;

    @RegisterExtension
    final RunningGateway gateway =
            RunningGateway.with("listeners: [{name: main, address: 127.0.0.1, port: 0}]\n" + ROUTES);

    @RegisterExtension
    final RunningGateway preferring = RunningGateway.with(
            "listeners: [{name: main, address: 127.0.0.1, port: 0, http1: {absolute-form: prefer-target}}]\n" + ROUTES);

    /** The status line of the answer to these bytes. */
    private static String http1(RunningGateway gateway, String request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), gateway.address().getPort())) {
            socket.setSoTimeout((int) FramePeer.PATIENCE_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static String status(String answer) {
        return answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length());
    }

    private String hosted(String host) throws IOException {
        return http1(gateway, "GET /moved HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    }

    /** Over HTTP/2, too, where a malformed request may be answered (RFC 9113 §8.1.1). */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[::1",
                "[::1]x",
                "[::1]:x",
                "[gg::1]",
                "example.test:x",
                "example.test:-1",
                "example.test:99999",
                "example.test:80:90",
                "a%zz",
                "caf\u00c3\u00a9.test"
            })
    void refusesWhatIsNone(String host) throws IOException {
        String answer = hosted(host);

        assertThat(status(answer)).isEqualTo("400");
        assertThat(answer).doesNotContainIgnoringCase("location:");
        if (!host.isEmpty()) {
            String absolute =
                    "GET http://" + host + "/moved HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            assertThat(status(http1(gateway, absolute))).isEqualTo("400");
        }
        FramePeer client = gateway.client();
        int byAuthority = client.open(true, ":method", "GET", ":scheme", "http", ":authority", host, ":path", "/moved");
        assertThat(client.awaitHead(byAuthority).status()).isEqualTo("400");
        int byHost = client.open(true, ":method", "GET", ":scheme", "http", ":path", "/moved", "host", host);
        assertThat(client.awaitHead(byHost).status()).isEqualTo("400");
    }

    @Test
    void answersWhoeverNamesTwoAuthoritiesOverHttp2() {
        FramePeer client = gateway.client();
        String[] fields = {":method", "GET", ":scheme", "http", ":authority", "example.test", ":path", "/moved"};

        int other = client.open(true, FramePeer.joined(fields, new String[] {"host", "other.test"}));
        assertThat(client.awaitHead(other).status()).isEqualTo("400");
        int twice = client.open(
                true, FramePeer.joined(fields, new String[] {"host", "example.test", "host", "example.test"}));
        assertThat(client.awaitHead(twice).status()).isEqualTo("400");
        int same = client.open(true, FramePeer.joined(fields, new String[] {"host", "example.test:80"}));
        assertThat(client.awaitHead(same).status()).isEqualTo("202");
    }

    @ParameterizedTest
    @CsvSource({
        "[::1], 203",
        "[::1]:8080, 203",
        "[0:0:0:0:0:0:0:1], 203",
        "[::2], 301",
        "EXAMPLE.test, 202",
        "example.test:, 202",
        "example.test:80, 202",
        "a_b.test, 301",
        "a%41, 301"
    })
    void routesByWhatIsOne(String host, String status) throws IOException {
        assertThat(status(hosted(host))).isEqualTo(status);
        FramePeer client = gateway.client();
        int stream = client.open(true, ":method", "GET", ":scheme", "http", ":authority", host, ":path", "/moved");
        assertThat(client.awaitHead(stream).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "http://example.test:80/a, example.test, 202, 202",
        "http://example.test/a, example.test:80, 202, 202",
        "http://EXAMPLE.test/a, example.TEST, 202, 202",
        "https://example.test:443/a, example.test, 202, 202",
        "http://example.test:443/a, example.test, 400, 202",
        "http://example.test/a, other.test, 400, 202",
        "http://other.test/a, example.test, 400, 404",
        "http://[::1]/a, example.test, 400, 203",
        "http://example.test/a, a%zz, 400, 400",
        "http://a%zz/a, example.test, 400, 400"
    })
    void comparesTheTargetWithTheHost(String target, String host, String refusing, String taking) throws IOException {
        String request = "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";

        assertThat(status(http1(gateway, request))).isEqualTo(refusing);
        assertThat(status(http1(preferring, request))).isEqualTo(taking);
    }
}
