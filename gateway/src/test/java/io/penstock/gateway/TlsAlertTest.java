// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.listener.Listener;
import io.penstock.harness.backend.Backends;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of a TLS listener are told that get no further than the handshake, and what the operator is told of them. */
@Timeout(120)
class TlsAlertTest {
    @TempDir
    static Path folder;

    private static Backends backends;
    private static TestCertificate ours;
    private static TestCertificate other;

    @SuppressWarnings("NullAway.Init") // each test has its own: of one listener only so many lines a second are logged
    private LocalGateway gateway;

    @SuppressWarnings("NullAway.Init")
    private LogLines log;

    @BeforeAll
    static void start() throws Exception {
        backends = Backends.start(Backends.Ports.any());
        ours = TestCertificate.make(folder, "EC");
        other = TestCertificate.make(folder, "RSA");
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    @BeforeEach
    void listen() throws IOException {
        gateway = LocalGateway.start(LocalGateway.toOrigin(
                backends.http(), "tls: {certificate: \"%s\", key: \"%s\"}".formatted(ours.chain(), ours.key())));
        log = new LogLines(Listener.class);
    }

    @AfterEach
    void close() {
        log.close();
        gateway.close();
    }

    private String logged() {
        Await.until(
                "a line is logged", Duration.ofSeconds(20), () -> !log.lines().isEmpty());
        return log.lines().getLast();
    }

    /** Names that RFC 6066 does not allow are unknown names. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "my_app.example.test",
                "svc.test.",
                "-x.test",
                "a..b",
                "unknown.test",
                "xn--.test",
                "127.0.0.1",
                "*"
            })
    void servesAnyServerName(String name) throws Exception {
        OpenSslClient.required();

        String said = OpenSslClient.ask(gateway.port(), "-servername", name);

        assertThat(said).contains("CN = localhost", "HTTP/1.1 200");
    }

    @ParameterizedTest
    @CsvSource({
        "-alpn foo, no application protocol, no_application_protocol",
        "-tls1_1 -cipher DEFAULT@SECLEVEL=0, protocol version, protocol_version",
        "-tls1_2 -cipher ECDHE-ECDSA-CAMELLIA128-SHA256, handshake failure, handshake_failure",
        "-groups P-521 -sigalgs RSA+SHA256, handshake failure, handshake_failure"
    })
    void saysWhyItEndsAHandshake(String options, String alert, String name) throws Exception {
        OpenSslClient.required();
        long before = count(false, name);

        String said = OpenSslClient.ask(gateway.port(), options.split(" "));

        assertThat(said).containsIgnoringCase("alert " + alert);
        assertThat(logged())
                .contains("listener public: connection of 127.0.0.1:")
                .contains(" ended: tls-failed: the gateway ended TLS with the alert " + name + ": ");
        assertThat(count(false, name)).isEqualTo(before + 1);
    }

    @Test
    void saysWhatThePeerEndedAHandshakeWith() throws Exception {
        OpenSslClient.required();
        long before = count(true, "unknown_ca");

        OpenSslClient.ask(
                gateway.port(),
                "-verify_return_error",
                "-verify",
                "1",
                "-CAfile",
                other.chain().toString());

        assertThat(logged()).contains(" ended: tls-failed: the peer ended TLS with the alert unknown_ca");
        assertThat(count(true, "unknown_ca")).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2000})
    void answersPlainTextWithAnAlert(int fields) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(("GET / HTTP/1.1\r\n" + "a: 0123456789abcdef\r\n".repeat(fields) + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII));

            byte[] alert = socket.getInputStream().readAllBytes();

            assertThat(alert).hasSize(7).startsWith(21, 3);
            assertThat(logged()).contains(" ended: tls-failed: the gateway ended TLS with the alert ");
        }
    }

    /** As checks of the port do. */
    @Test
    void blamesNobodyWhoConnectsAndLeaves() throws IOException {
        long before = gateway.listener().ended(DownstreamEnding.PEER);

        new Socket(InetAddress.getLoopbackAddress(), gateway.port()).close();

        Await.until(
                "it has ended",
                Duration.ofSeconds(20),
                () -> gateway.listener().ended(DownstreamEnding.PEER) == before + 1);
        assertThat(log.lines()).isEmpty();
    }

    @Test
    void showsTheReasonsAsAMetric() throws Exception {
        OpenSslClient.required();
        OpenSslClient.ask(gateway.port(), "-alpn", "foo");
        logged();

        String text = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(
                                        "http://127.0.0.1:" + gateway.gateway().adminPort() + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();

        assertThat(text.lines()
                        .filter(line -> line.startsWith("gateway_listener_tls_failed_total{"))
                        .toList())
                .anyMatch(line ->
                        List.of("alert=\"no_application_protocol\"", "by=\"gateway\"", "listener=\"public\"").stream()
                                .allMatch(line::contains));
    }

    private long count(boolean peer, String alert) {
        return gateway.listener().tlsFailures().entrySet().stream()
                .filter(entry ->
                        entry.getKey().peer() == peer && entry.getKey().alert().equals(alert))
                .mapToLong(java.util.Map.Entry::getValue)
                .sum();
    }
}
