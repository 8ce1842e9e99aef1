// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.penstock.gateway.listener.ListenException;
import io.penstock.harness.backend.Backends;
import io.penstock.harness.backend.EchoService;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A listener with a certificate and a key from PEM files. */
class ListenerTlsTest {
    @TempDir
    static Path folder;

    private static Backends backends;
    private static TestCertificate ec;
    private static TestCertificate rsa;

    @BeforeAll
    static void start() throws Exception {
        backends = Backends.start(Backends.Ports.any());
        ec = TestCertificate.make(folder, "EC");
        rsa = TestCertificate.make(folder, "RSA");
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    private static LocalGateway gateway(int origin, Path chain, Path key) throws IOException {
        return LocalGateway.start(
                LocalGateway.toOrigin(origin, "tls: {certificate: \"%s\", key: \"%s\"}".formatted(chain, key)));
    }

    @ParameterizedTest
    @CsvSource({"EC, TLSv1.3", "EC, TLSv1.2", "RSA, TLSv1.3", "RSA, TLSv1.2"})
    void carriesCalls(String algorithm, String version) throws Exception {
        TestCertificate certificate = algorithm.equals("EC") ? ec : rsa;
        try (LocalGateway gateway = gateway(backends.grpcA(), certificate.chain(), certificate.key())) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("localhost", gateway.port())
                    .sslContext(GrpcSslContexts.forClient()
                            .trustManager(certificate.chain().toFile())
                            .protocols(version)
                            .build())
                    .build();
            try {
                byte[] sent = "over TLS".getBytes(StandardCharsets.US_ASCII);

                byte[] echoed = ClientCalls.blockingUnaryCall(
                        channel, EchoService.UNARY, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), sent);

                assertThat(echoed).isEqualTo(sent);
            } finally {
                channel.shutdownNow();
                channel.awaitTermination(5, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void servesPriorKnowledgeToAClientWithoutAlpn() throws Exception {
        try (LocalGateway gateway = gateway(backends.http(), ec.chain(), ec.key());
                SSLSocket socket = (SSLSocket) TestCertificate.trustingAny()
                        .getSocketFactory()
                        .createSocket(gateway.address().getAddress(), gateway.port());
                HostilePeer peer = HostilePeer.over(socket)) {
            assertThat(peer.status("/")).isEqualTo("200");
            assertThat(socket.getApplicationProtocol()).isEmpty();
        }
    }

    @Test
    void namesTheFileThatDoesNotExist() {
        assertRefused(ec.chain(), folder.resolve("none.pem"), "none.pem does not exist");
        assertRefused(folder.resolve("none.pem"), ec.key(), "none.pem does not exist");
    }

    @Test
    void namesTheFileThatHoldsSomethingElse() throws IOException {
        Path text = Files.writeString(folder.resolve("text.pem"), "no PEM at all\n");
        Path broken = Files.writeString(
                folder.resolve("broken.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");

        assertRefused(text, ec.key(), "text.pem holds");
        assertRefused(ec.chain(), text, "text.pem holds no PRIVATE KEY, expected PEM with PKCS#8");
        assertRefused(ec.chain(), broken, "broken.pem holds a broken key");
        assertRefused(ec.key(), ec.key(), "holds");
    }

    @Test
    void refusesAKeyOfAnotherCertificate() throws Exception {
        assertRefused(ec.chain(), rsa.key(), "is not the one of the certificate in");
        assertRefused(ec.chain(), TestCertificate.make(folder, "EC").key(), "is not the one of the certificate in");
    }

    private static void assertRefused(Path chain, Path key, String why) {
        assertThatThrownBy(() -> gateway(backends.http(), chain, key).close())
                .isInstanceOf(ListenException.class)
                .hasMessageStartingWith("listeners[0].tls: ")
                .hasMessageContaining(why)
                .hasMessageNotContaining("\n");
    }

    /** Helidon asks for the name of every peer of a TLS listener; here nobody can be asked. */
    @Test
    void neverAsksForThePeersName() throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});

        assertThat(loopback.getHostName()).isEqualTo("127.0.0.1");
    }
}
