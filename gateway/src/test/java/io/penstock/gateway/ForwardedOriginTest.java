// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forwarded fields for every scheme, authority and address that a caller may have. */
@Timeout(60)
class ForwardedOriginTest {
    private static final String FIELDS =
            "[x-forwarded-for, x-forwarded-proto, x-forwarded-host, x-forwarded-port, forwarded, x-real-ip]";

    @TempDir
    static Path folder;

    private static TestCertificate certificate;

    @BeforeAll
    static void make() throws Exception {
        certificate = TestCertificate.make(folder, "EC");
    }

    private static RunningGateway gateway(String listener, String more) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0%s}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["${ORIGIN}"]}]
                forwarded: {fields: %s}
                admin: {port: 0}
                access-log: {output: none}
                %s
                """.formatted(listener, FIELDS, more)).start();
    }

    private static Socket connect(RunningGateway gateway, boolean tls, String alpn) throws Exception {
        if (!tls) {
            return new Socket(gateway.address().getAddress(), gateway.address().getPort());
        }
        SSLSocket socket = (SSLSocket) TestCertificate.trustingAny()
                .getSocketFactory()
                .createSocket(gateway.address().getAddress(), gateway.address().getPort());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {alpn});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        assertThat(socket.getApplicationProtocol()).isEqualTo(alpn);
        return socket;
    }

    /** What the upstream gets of a request to this authority. */
    private static WireFrame received(RunningGateway gateway, Socket socket, boolean http1, String authority)
            throws Exception {
        if (http1) {
            new Http1Origin.Connection(socket).send("GET / HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
        } else {
            FramePeer.over(socket)
                    .open(true, ":method", "GET", ":scheme", "https", ":authority", authority, ":path", "/");
        }
        return gateway.origin().connection().awaitHead(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // tls, what the caller speaks, authority, port
                "false | http/1.1 | example.test              | 80",
                "false | http/1.1 | example.test:8080         | 8080",
                "false | http/1.1 | [2001:db8::1]             | 80",
                "false | http/1.1 | [2001:db8::1]:8080        | 8080",
                "false | h2       | example.test:8080         | 8080",
                "false | h2       | [2001:db8::1]:8080        | 8080",
                "true  | http/1.1 | example.test              | 443",
                "true  | http/1.1 | example.test:8443         | 8443",
                "true  | http/1.1 | [2001:db8::1]             | 443",
                "true  | http/1.1 | [2001:db8::1]:8443        | 8443",
                "true  | h2       | example.test              | 443",
                "true  | h2       | example.test:8443         | 8443",
                "true  | h2       | [2001:db8::1]             | 443",
                "true  | h2       | [2001:db8::1]:8443        | 8443",
            })
    void tellTheSchemeTheAuthorityAndItsPort(boolean tls, String alpn, String authority, String port) throws Exception {
        String listener = tls
                ? ", tls: {certificate: \"%s\", key: \"%s\"}".formatted(certificate.chain(), certificate.key())
                : "";
        try (RunningGateway gateway = gateway(listener, "");
                Socket socket = connect(gateway, tls, alpn)) {
            WireFrame head = received(gateway, socket, alpn.equals("http/1.1"), authority);

            String scheme = tls ? "https" : "http";
            assertThat(head.fields())
                    .containsSequence("x-forwarded-for", "127.0.0.1")
                    .containsSequence("x-forwarded-proto", scheme)
                    .containsSequence("x-forwarded-host", authority)
                    .containsSequence("x-forwarded-port", port)
                    .containsSequence("forwarded", "for=127.0.0.1;proto=" + scheme + ";host=\"" + authority + '"')
                    .containsSequence("x-real-ip", "127.0.0.1");
            assertThat(head.value(":authority")).isEqualTo(authority);
        }
    }

    @Test
    void putAnAddressOfIpv6InBracketsAndQuotes() throws Exception {
        try (RunningGateway gateway = gateway(", proxy-protocol-from: [127.0.0.0/8]", "");
                Socket socket = connect(gateway, false, "")) {
            new Http1Origin.Connection(socket).send("PROXY TCP6 2001:db8::7 2001:db8::1 4711 80\r\n");

            WireFrame head = received(gateway, socket, true, "example.test");

            assertThat(head.value("forwarded")).isEqualTo("for=\"[2001:db8::7]\";proto=http;host=\"example.test\"");
            assertThat(head.value("x-forwarded-for")).isEqualTo("2001:db8::7");
            assertThat(head.value("x-real-ip")).isEqualTo("2001:db8::7");
        }
    }

    @Test
    void extendTheChainOfATrustedProxyOfIpv6() throws Exception {
        try (RunningGateway gateway = gateway(", proxy-protocol-from: [127.0.0.0/8]", "trusted: ['2001:db8::/32']");
                Socket socket = connect(gateway, false, "")) {
            new Http1Origin.Connection(socket).send("""
                            PROXY TCP6 2001:db8::7 2001:db8::1 4711 80\r
                            GET / HTTP/1.1\r
                            Host: example.test\r
                            Forwarded: for="[2001:db9::9]:4711";proto=https\r
                            X-Forwarded-For: 2001:db9::9\r
                            \r
                            """);

            WireFrame head = gateway.origin().connection().awaitHead(1);

            assertThat(head.value("forwarded"))
                    .isEqualTo("for=\"[2001:db9::9]:4711\";proto=https, for=\"[2001:db8::7]\";proto=http");
            assertThat(head.value("x-forwarded-for")).isEqualTo("2001:db9::9, 2001:db8::7");
            assertThat(head.value("x-real-ip")).isEqualTo("2001:db9::9");
        }
    }

    /** A caller without an authority must not have one that it claims. */
    @Test
    void leaveNoClaimOfAStrangerWhereThereIsNoAuthority() throws Exception {
        try (RunningGateway gateway = gateway("", "");
                Socket socket = connect(gateway, false, "")) {
            new Http1Origin.Connection(socket).send("""
                            GET / HTTP/1.0\r
                            X-Forwarded-Host: evil.test\r
                            X-Forwarded-Port: 1\r
                            X-Forwarded-Proto: https\r
                            \r
                            """);

            List<String> fields = gateway.origin().connection().awaitHead(1).fields();

            assertThat(fields)
                    .doesNotContain("x-forwarded-host", "evil.test")
                    .containsSequence("x-forwarded-port", "80")
                    .containsSequence("x-forwarded-proto", "http")
                    .containsSequence("forwarded", "for=127.0.0.1;proto=http");
        }
    }
}
