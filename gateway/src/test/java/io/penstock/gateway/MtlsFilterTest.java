// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Client certificates: what the listener asks for, and what the filter makes of them. */
@Timeout(180)
class MtlsFilterTest {
    @TempDir
    static Path folder;

    private static TestCertificate server;
    private static TestAuthority authority;
    private static TestAuthority.Client anna;
    private static TestAuthority.Client bob;
    private static TestAuthority.Client stranger;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final LinkedBlockingQueue<Exchange> ended = new LinkedBlockingQueue<>();
    private @Nullable Gateway running;
    private String yaml = "";

    @BeforeAll
    static void certificates() throws Exception {
        server = TestCertificate.make(folder, "EC");
        authority = TestAuthority.make(folder, "ours");
        anna = authority.client("anna", "dns:anna.test,uri:spiffe://test/anna,email:anna@a.test");
        bob = authority.client("bob", "dns:bob.test");
        stranger = TestAuthority.make(folder, "theirs").client("eve", "dns:eve.test");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private void start(String asked, String filter) throws Exception {
        Http1Origin origin = Http1Origin.following(connection -> {
            while (true) {
                seen.add(connection.request());
                connection.answer("ok");
            }
        });
        open.add(origin);
        yaml = """
                listeners:
                  - {name: main, address: 127.0.0.1, port: 0, tls: {certificate: "%s", key: "%s",
                      client-certificate: {authorities: "%s"%s}}}
                routes: [{name: all, cluster: origin, filters: [who]}]
                clusters: [{name: origin, endpoints: ["%s"], upstream: {protocol: http1}}]
                filters: [{name: who, mtls: {%s}}]
                trusted: [127.0.0.0/8]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(server.chain(), server.key(), authority.file(), asked, origin.address(), filter);
        Gateway gateway = new Gateway(ConfigReader.read(yaml, Map.of()), ended::add, List.of());
        running = gateway;
        open.add(gateway);
        gateway.start();
    }

    private SSLSocket connect(SSLContext context, String alpn) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket(
                        "127.0.0.1",
                        requireNonNull(running).listeners().getFirst().port());
        open.add(socket);
        socket.setSoTimeout((int) FramePeer.PATIENCE_MILLIS);
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {alpn});
        socket.setSSLParameters(parameters);
        return socket;
    }

    private String ask(SSLContext context, String... fields) throws IOException {
        Http1Origin.Connection connection = new Http1Origin.Connection(connect(context, "http/1.1"));
        connection.send("GET / HTTP/1.1\r\nHost: a.test\r\n" + String.join("", fields) + "\r\n");
        return connection.request();
    }

    private Exchange exchange() throws InterruptedException {
        return Objects.requireNonNull(ended.poll(FramePeer.PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
    }

    @Test
    void tellsWhoHasTheCertificate() throws Exception {
        start("", "forward: certificate, claim-fields: {x-cn: cn, x-dns: dns}");

        assertThat(ask(anna.context(), "Client-Cert: :AAAA:\r\nClient-Cert-Chain: :AAAA:\r\nX-Dns: root\r\n"))
                .startsWith("HTTP/1.1 200");

        Identity who = Objects.requireNonNull(exchange().identity());
        assertThat(who.subject()).isEqualTo("CN=anna,O=Test");
        assertThat(who.proof()).isEqualTo(Identity.Proof.CERTIFICATE);
        assertThat(who.values("cn")).containsExactly("anna");
        assertThat(who.values("dns")).containsExactly("anna.test");
        assertThat(who.values("uri")).containsExactly("spiffe://test/anna");
        assertThat(who.values("email")).containsExactly("anna@a.test");
        assertThat(who.values("issuer")).containsExactly("CN=ours");
        assertThat(who.value("fingerprint")).matches("[0-9a-f]{64}");
        String field =
                ":" + Base64.getEncoder().encodeToString(anna.certificate().getEncoded()) + ":";
        assertThat(seen)
                .singleElement()
                .satisfies(head -> assertThat(head)
                        .contains("client-cert: " + field + "\r\n", "x-cn: anna\r\n", "x-dns: anna.test\r\n")
                        .doesNotContain("client-cert-chain", ":AAAA:", "root"));
    }

    @Test
    void forwardsTheChain() throws Exception {
        start("", "forward: chain");

        ask(anna.context());

        String field = ":" + Base64.getEncoder().encodeToString(anna.authority().getEncoded()) + ":";
        assertThat(seen.getFirst()).contains("client-cert: :", "client-cert-chain: " + field + "\r\n");
    }

    /** HTTP/2 and gRPC: the answer to a stranger has its form, and the connection serves on. */
    @Test
    void refusesStrangersOverHttp2AndGrpc() throws Exception {
        start(", mode: optional", "");
        FramePeer client = FramePeer.over(connect(TestCertificate.trustingAny(), "h2"));
        open.add(client);

        assertThat(client.awaitHead(client.get("/a")).status()).isEqualTo("401");
        int call = client.open(
                true,
                ":method",
                "POST",
                ":scheme",
                "https",
                ":path",
                "/s/m",
                ":authority",
                "a.test",
                "content-type",
                "application/grpc",
                "te",
                "trailers");
        WireFrame answer = client.awaitHead(call);
        assertThat(answer.status()).isEqualTo("200");
        assertThat(answer.value("grpc-status")).isEqualTo("16");
        assertThat(answer.value("x-penstock-cause")).isEqualTo("credentials-missing");

        FramePeer known = FramePeer.over(connect(anna.context(), "h2"));
        open.add(known);
        assertThat(known.awaitHead(known.get("/a")).status()).isEqualTo("200");
    }

    @Test
    void letsStrangersPassWhereThatIsAllowed() throws Exception {
        start(", mode: optional", "required: false, claim-fields: {x-cn: cn}");

        assertThat(ask(TestCertificate.trustingAny(), "X-Cn: root\r\n")).startsWith("HTTP/1.1 200");
        assertThat(ask(anna.context())).startsWith("HTTP/1.1 200");
        assertThat(seen.getFirst()).doesNotContain("x-cn");
        assertThat(seen.getLast()).contains("x-cn: anna\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"required", "optional"})
    void failsTheHandshakeOfWrongCertificates(String mode) throws Exception {
        start(", mode: " + mode, "required: false");

        assertThatThrownBy(() -> ask(stranger.context())).isInstanceOf(IOException.class);
        if (mode.equals("required")) {
            assertThatThrownBy(() -> ask(TestCertificate.trustingAny())).isInstanceOf(IOException.class);
        }
        assertThat(ask(anna.context())).startsWith("HTTP/1.1 200");
        assertThat(seen).hasSize(1);
    }

    /** A list that is read again with the configuration holds for new connections. */
    @Test
    void refusesWhatWasTakenBack() throws Exception {
        Path list = authority.list(bob);
        start(", crl: \"" + list + "\"", "");
        assertThat(ask(anna.context())).startsWith("HTTP/1.1 200");
        assertThatThrownBy(() -> ask(bob.context())).isInstanceOf(IOException.class);

        authority.list(anna);
        requireNonNull(running).apply(ConfigReader.read(yaml, Map.of()));

        assertThatThrownBy(() -> ask(anna.context())).isInstanceOf(IOException.class);
        assertThat(ask(bob.context())).startsWith("HTTP/1.1 200");
    }

    @Test
    void saysWhichFileIsWrong() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), "nothing", StandardCharsets.UTF_8);

        assertThatThrownBy(() -> start(", crl: \"" + text + "\"", "")).hasMessageContaining("text holds");
        assertThatThrownBy(() -> start(", crl: \"nowhere\"", "")).hasMessageContaining("nowhere does not exist");
    }

    @Test
    void needsAListenerThatAsks() {
        assertThatThrownBy(() -> ConfigReader.read("""
                        listeners: [{port: 0}]
                        routes: [{name: all, filters: [who], answer: {}}]
                        filters: [{name: who, mtls: {}}]
                        """, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("filters[0].mtls: looks at client certificates, for which no listener asks");
    }
}
