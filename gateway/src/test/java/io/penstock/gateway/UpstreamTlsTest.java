// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.wire.TlsFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS to upstreams: who is trusted, what is spoken, and what happens when it does not come about. */
class UpstreamTlsTest {
    private static final Duration IDLE_WITHIN = Duration.ofSeconds(10);

    @TempDir
    static Path folder;

    private static TestCertificate ours;
    private static TestCertificate other;

    @BeforeAll
    static void make() throws Exception {
        ours = TestCertificate.make(folder, "EC");
        other = TestCertificate.make(folder, "RSA");
    }

    /** With time for a handshake while others have the processors: the first one takes more than the default of a second then. */
    private static RunningGateway gateway(String endpoint, String upstream) {
        String patient = upstream.contains("connect-timeout") ? upstream : "connect-timeout: 30s, " + upstream;
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, endpoints: ["%s"], upstream: {%s}}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(endpoint, patient)).start();
    }

    private static final Http1Origin.Script ECHO = connection -> {
        while (true) {
            connection.request();
            connection.answer("secret");
        }
    };

    private static String answer(FramePeer client, int stream) {
        assertThat(client.awaitHead(stream).status()).isEqualTo("200");
        return client.awaitRest(stream).text();
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, http1", "TLSv1.2, http1", "TLSv1.3, auto", "TLSv1.2, auto"})
    void carriesHttp1OverOneConnection(String version, String protocol) throws Exception {
        SSLServerSocket socket = ours.serve("http/1.1");
        socket.setEnabledProtocols(new String[] {version});
        try (Http1Origin origin = Http1Origin.on(socket, ECHO);
                RunningGateway gateway = gateway(
                        origin.address(), "protocol: %s, tls: {ca: \"%s\"}".formatted(protocol, ours.chain()))) {
            FramePeer client = gateway.client();

            for (int i = 0; i < 5; i++) {
                assertThat(answer(client, client.get("/"))).isEqualTo("secret");
                // who has read the answer may be faster than the pool, which gets its connection back then
                Await.until(
                        "the connection is idle",
                        IDLE_WITHIN,
                        () -> gateway.pool().activeStreams() == 0);
            }

            assertThat(origin.connections()).isEqualTo(1);
            assertThat(gateway.pool().protocol()).isEqualTo("http1");
        }
    }

    @Test
    void carriesABodyLargerThanManyRecords() throws Exception {
        String body = "0123456789abcdef".repeat(50_000);
        SSLServerSocket socket = ours.serve("http/1.1");
        try (Http1Origin origin = Http1Origin.on(socket, connection -> {
                    while (true) {
                        String request = connection.request();
                        connection.answer(request.substring(request.indexOf("\r\n\r\n") + 4));
                    }
                });
                RunningGateway gateway =
                        gateway(origin.address(), "protocol: http1, tls: {ca: \"%s\"}".formatted(ours.chain()))) {
            FramePeer client = gateway.client();
            int call = client.post("/", "content-length", Integer.toString(body.length()));

            client.dataWithinWindows(call, body.getBytes(StandardCharsets.US_ASCII), 16_384, true);

            assertThat(answer(client, call)).isEqualTo(body);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "auto"})
    void carriesHttp2(String protocol) throws Exception {
        LinkedBlockingQueue<FramePeer> peers = new LinkedBlockingQueue<>();
        try (SSLServerSocket socket = ours.serve("h2")) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (true) {
                        SSLSocket accepted = (SSLSocket) socket.accept();
                        peers.add(FramePeer.accepted(accepted, new long[] {}));
                    }
                } catch (IOException e) {
                    // closed
                }
            });
            try (RunningGateway gateway = gateway(
                    "127.0.0.1:" + socket.getLocalPort(),
                    "protocol: %s, tls: {ca: \"%s\"}".formatted(protocol, ours.chain()))) {
                FramePeer client = gateway.client();
                int call = client.grpc();

                FramePeer origin = peers.take();
                origin.awaitHead(1);
                origin.grpcAnswer(1, "secret");

                client.awaitHead(call);
                assertThat(client.awaitRest(call).text()).isEqualTo("secret");
                assertThat(gateway.pool().protocol()).isEqualTo("h2");
            }
        }
    }

    @Test
    void refusesACertificateOfAnotherAuthority() throws Exception {
        try (Http1Origin origin = Http1Origin.on(other.serve("http/1.1"), ECHO);
                RunningGateway gateway =
                        gateway(origin.address(), "protocol: http1, tls: {ca: \"%s\"}".formatted(ours.chain()))) {
            assertThat(fails(gateway)).contains("the gateway ended TLS with the alert certificate_unknown: ");
        }
    }

    @Test
    void trustsTheAuthoritiesOfTheJdkByDefault() throws Exception {
        try (Http1Origin origin = Http1Origin.on(ours.serve("http/1.1"), ECHO);
                RunningGateway gateway = gateway(origin.address(), "protocol: http1, tls: {}")) {
            assertThat(fails(gateway)).contains("the gateway ended TLS with the alert certificate_unknown: ");
        }
    }

    @Test
    void refusesACertificateForAnotherName() throws Exception {
        try (Http1Origin origin = Http1Origin.on(ours.serve("http/1.1"), ECHO);
                RunningGateway gateway = gateway(
                        origin.address(),
                        "protocol: http1, tls: {ca: \"%s\", server-name: elsewhere.test}".formatted(ours.chain()))) {
            assertThat(fails(gateway)).contains("the gateway ended TLS with the alert certificate_unknown: ");
        }
    }

    @Test
    void refusesAnEndpointThatDoesNotChooseHttp2() throws Exception {
        try (Http1Origin origin = Http1Origin.on(ours.serve(), ECHO);
                RunningGateway gateway =
                        gateway(origin.address(), "protocol: h2, tls: {ca: \"%s\"}".formatted(ours.chain()))) {
            fails(gateway);
        }
    }

    @Test
    void refusesAnEndpointThatSpeaksNoTls() throws Exception {
        try (Http1Origin origin =
                        Http1Origin.following(connection -> connection.send("HTTP/1.1 400 Bad Request\r\n\r\n"));
                RunningGateway gateway = gateway(origin.address(), "protocol: auto, tls: {}")) {
            fails(gateway);
        }
    }

    /** What the cause is told with. */
    private static String fails(RunningGateway gateway) {
        FramePeer client = gateway.client();

        int call = client.get("/");

        assertThat(client.awaitHead(call).status()).isEqualTo("502");
        Exchange exchange = gateway.ended();
        assertThat(exchange.cause()).as(exchange.detail()).isEqualTo(Cause.TLS_FAILED);
        return exchange.detail();
    }

    @Test
    void saysThatTheEndpointEndedTheHandshake() throws Exception {
        SSLServerSocket socket = ours.serve("http/1.1");
        socket.setNeedClientAuth(true);
        try (Http1Origin origin = Http1Origin.on(socket, ECHO);
                RunningGateway gateway =
                        gateway(origin.address(), "protocol: h2, tls: {ca: \"%s\"}".formatted(ours.chain()))) {
            assertThat(fails(gateway)).contains("the peer ended TLS with the alert no_application_protocol");
            assertThat(gateway.gateway().upstreams().tlsFailures())
                    .containsOnlyKeys(new TlsFailure.Reason(true, "no_application_protocol"));
        }
    }

    @Test
    void givesUpAHandshakeThatTakesTooLong() throws Exception {
        try (Http1Origin origin = Http1Origin.byHand();
                RunningGateway gateway = gateway(
                        origin.address(), "protocol: http1, connect-timeout: 200ms, tls: {}, queue-timeout: 10s")) {
            FramePeer client = gateway.client();

            int call = client.get("/");

            assertThat(client.awaitHead(call).status()).isEqualTo("504");
            assertThat(gateway.ended().cause()).isEqualTo(Cause.CONNECT_TIMEOUT);
        }
    }

    @Test
    void acceptsEveryCertificateWithoutVerification() throws Exception {
        try (Http1Origin origin = Http1Origin.on(other.serve("http/1.1"), ECHO);
                RunningGateway gateway = gateway(
                        origin.address(), "protocol: http1, tls: {verify: false, server-name: elsewhere.test}")) {
            FramePeer client = gateway.client();

            assertThat(answer(client, client.get("/"))).isEqualTo("secret");
        }
    }

    @Test
    void showsItsOwnCertificateToAnEndpointThatAsks() throws Exception {
        SSLServerSocket socket = ours.serve("http/1.1");
        socket.setNeedClientAuth(true);
        try (Http1Origin origin = Http1Origin.on(socket, ECHO);
                RunningGateway gateway = gateway(
                        origin.address(),
                        "protocol: http1, tls: {ca: \"%1$s\", certificate: \"%1$s\", key: \"%2$s\"}"
                                .formatted(ours.chain(), ours.key()))) {
            FramePeer client = gateway.client();

            assertThat(answer(client, client.get("/"))).isEqualTo("secret");
        }
    }
}
