// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What browsers are told in responses, and what nobody is. */
@Timeout(60)
class SecurityFieldsTest {
    private static final String YAML = """
                listeners: [{name: main, address: 127.0.0.1, port: 0<listener>}]
                routes:
                  - {name: all, cluster: origin, filters: [secure]}
                  - {name: own, path: /own, answer: {status: 203}, filters: [secure], response-headers: {set: {referrer-policy: origin}}}
                  - {name: guarded, path: /guarded, cluster: origin, filters: [who, secure]}
                clusters: [{name: origin, endpoints: ["${ORIGIN}"]}]
                filters: [{name: secure, security-fields: {<keys>}}, {name: who, api-key: {keys: "${KEYS}"}}]
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: none}
                """;

    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private RunningGateway started(String listener, String keys) {
        RunningGateway gateway = RunningGateway.with(
                        YAML.replace("<listener>", listener).replace("<keys>", keys))
                .variable("KEYS", "a".repeat(64) + " one")
                .start();
        open.add(gateway);
        return gateway;
    }

    private RunningGateway gateway(String keys) {
        return started("", keys);
    }

    /** What the caller gets when the upstream answers with these fields. */
    private WireFrame response(RunningGateway gateway, String[] request, String... response) {
        FramePeer client = gateway.client();
        int stream = client.get("/", request);
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, true, FramePeer.joined(new String[] {":status", "200"}, response));
        return client.awaitHead(stream);
    }

    private WireFrame response(String keys, String... response) {
        return response(gateway(keys), new String[0], response);
    }

    @Test
    void tellsBrowsersAndHidesTheSoftware() {
        WireFrame head = response("", "server", "origin/1.2", "x-powered-by", "coffee", "x-a", "b");

        assertThat(head.fields())
                .containsSequence("x-content-type-options", "nosniff")
                .containsSequence("referrer-policy", "strict-origin-when-cross-origin")
                .containsSequence("x-frame-options", "DENY")
                .containsSequence("content-security-policy", "frame-ancestors 'none'")
                .containsSequence("permissions-policy", "camera=(), geolocation=(), microphone=()")
                .containsSequence("x-a", "b")
                .doesNotContain("server", "x-powered-by", "strict-transport-security")
                .noneMatch(name -> name.startsWith("cross-origin-"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "referrer-policy | '' | referrer-policy=unsafe-url | unsafe-url",
                "referrer-policy | override: true | referrer-policy=unsafe-url | strict-origin-when-cross-origin",
                "referrer-policy | referrer-policy: no-referrer | - | no-referrer",
                "referrer-policy | referrer-policy: \"no-referrer, same-origin\" | - | no-referrer, same-origin",
                "referrer-policy | referrer-policy: off | - | -",
                "referrer-policy | referrer-policy: off, override: true | referrer-policy=origin | origin",
                "x-content-type-options | x-content-type-options: off | - | -",
                "permissions-policy | permissions-policy: camera=() | - | camera=()",
                "cross-origin-opener-policy | cross-origin-opener-policy: same-origin | - | same-origin",
                "cross-origin-resource-policy | cross-origin-resource-policy: same-site | - | same-site",
                "cross-origin-embedder-policy | cross-origin-embedder-policy: require-corp | - | require-corp",
                "server | remove: [X-Powered-By] | server=origin | origin",
                "x-generator | remove: [X-Generator] | x-generator=x | -",
                // what frames may hold it: browsers believe the policy, whatever x-frame-options says
                "content-security-policy | '' | x-frame-options=SAMEORIGIN | -",
                "content-security-policy | override: true | x-frame-options=SAMEORIGIN | frame-ancestors 'none'",
                "x-frame-options | override: true | x-frame-options=SAMEORIGIN | DENY",
                "content-security-policy | content-security-policy: \"default-src 'self'; Frame-Ancestors 'none'; img-src *\" |"
                        + " x-frame-options=SAMEORIGIN | default-src 'self'; img-src *",
                "content-security-policy | '' | content-security-policy=default-src 'self' | default-src 'self'",
                "x-frame-options | '' | content-security-policy=default-src 'self' | DENY",
            })
    void leavesTheLastWordToWhomItIsConfiguredTo(String name, String keys, String upstream, String expected) {
        String[] response = upstream == null
                ? new String[0]
                : new String[] {
                    upstream.substring(0, upstream.indexOf('=')), upstream.substring(upstream.indexOf('=') + 1)
                };

        assertThat(response(keys, response).value(name)).isEqualTo(expected);
    }

    @Test
    void replacesAllFieldsOfAName() {
        WireFrame head = response("override: true", "x-frame-options", "SAMEORIGIN", "x-frame-options", "ALLOWALL");

        assertThat(head.fields()).containsOnlyOnce("x-frame-options").containsSequence("x-frame-options", "DENY");
    }

    /** Only a proxy that is trusted can say that the caller came by HTTPS. */
    @ParameterizedTest
    @CsvSource({"https, max-age=31536000", "http,", "HTTPS,"})
    void asksForHttpsWhereATrustedProxySaysSo(String scheme, String expected) {
        WireFrame head = response(gateway(""), new String[] {"x-forwarded-proto", scheme});

        assertThat(head.value("strict-transport-security")).isEqualTo(expected);
    }

    @Test
    void believesNoStranger() throws Exception {
        RunningGateway gateway = gateway("");
        try (Http1Origin.Connection client = gateway.http1Client()) {
            client.send("GET /own HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-Proto: https\r\n\r\n");
            assertThat(client.head()).contains("\r\nstrict-transport-security: ");
        }
        gateway.apply(
                YAML.replace("<listener>", "").replace("<keys>", "").replace("trusted: [127.0.0.0/8]", "trusted: []"));
        try (Http1Origin.Connection client = gateway.http1Client()) {
            client.send("GET /own HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-Proto: https\r\n\r\n");
            assertThat(client.head()).contains("\r\nx-frame-options: DENY\r\n").doesNotContain("strict-transport");
        }
    }

    @Test
    void asksForHttpsOverTls() throws Exception {
        TestCertificate certificate = TestCertificate.make(folder, "EC");
        String tls = ", tls: {certificate: \"%s\", key: \"%s\"}".formatted(certificate.chain(), certificate.key());
        RunningGateway gateway = started(tls, "strict-transport-security: max-age=60; includeSubDomains; preload");
        try (SSLSocket socket = (SSLSocket) TestCertificate.trustingAny()
                .getSocketFactory()
                .createSocket(gateway.address().getAddress(), gateway.address().getPort())) {
            socket.getOutputStream()
                    .write("GET /own HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));

            assertThat(new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                            .lines())
                    .contains("strict-transport-security: max-age=60; includeSubDomains; preload");
        }
    }

    @Test
    void marksRefusalsAndOwnAnswers() {
        RunningGateway gateway = gateway("");
        FramePeer client = gateway.client();

        WireFrame own = client.awaitHead(client.get("/own"));
        WireFrame guarded = client.awaitHead(client.get("/guarded"));
        gateway.origin().stopAccepting();
        WireFrame lost = client.awaitHead(client.get("/"));

        assertThat(own.status()).isEqualTo("203");
        assertThat(own.value("x-frame-options")).isEqualTo("DENY");
        assertThat(own.fields()).containsOnlyOnce("referrer-policy").containsSequence("referrer-policy", "origin");
        assertThat(guarded.status()).isEqualTo("401");
        assertThat(guarded.value("x-frame-options")).isEqualTo("DENY");
        assertThat(lost.status()).isEqualTo("502");
        assertThat(lost.value("x-frame-options")).isEqualTo("DENY");
    }

    @Test
    void leavesGrpcAndInterimResponsesAlone() {
        RunningGateway gateway = gateway("");
        FramePeer client = gateway.client();
        int call = client.open(
                true,
                ":method",
                "POST",
                ":scheme",
                "http",
                ":path",
                "/s/m",
                ":authority",
                "a.test",
                "content-type",
                "application/grpc",
                "te",
                "trailers");
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);
        origin.head(1, false, ":status", "103", "link", "</a>");
        origin.head(1, true, ":status", "200", "server", "origin", "grpc-status", "0");

        assertThat(client.awaitHead(call).fields()).containsExactly(":status", "103", "link", "</a>");
        assertThat(client.awaitHead(call).fields())
                .containsSequence("grpc-status", "0")
                .doesNotContain("server", "x-frame-options");
    }

    @Test
    void explainsWhatItSets() throws Exception {
        RunningGateway gateway = gateway("permissions-policy: off");
        try (Http1Origin.Connection client = gateway.http1Client()) {
            client.send("GET / HTTP/1.1\r\nHost: a.test\r\nX-Penstock-Explain: 1\r\nX-Forwarded-Proto: https\r\n\r\n");

            assertThat(client.request())
                    .contains("secure: response remove server, x-powered-by; response set where the upstream does not"
                            + " x-content-type-options, referrer-policy, x-frame-options, content-security-policy,"
                            + " strict-transport-security\"");
        }
    }
}
