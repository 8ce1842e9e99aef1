// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.config.read.ConfigException;
import io.penstock.gateway.listener.ListenException;
import io.penstock.gateway.listener.Listener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A configuration that takes the place of another one while the gateway runs. */
class ReloadTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private static final String ONE = yaml("{name: main, address: 127.0.0.1, port: 0}", "/pkg.Service");

    @TempDir
    static Path folder;

    @RegisterExtension
    final RunningGateway gateway = RunningGateway.with(ONE);

    private static String yaml(String listeners, String prefix) {
        return """
                listeners: [%s]
                routes: [{name: all, path-prefix: %s, cluster: origin}]
                clusters: [{name: origin, endpoints: ["${ORIGIN}"]}]
                stores: [{name: here, embedded: {seed: {a: "127.0.0.1:1"}}}]
                lookups: [{name: jobs, store: here, key: "${jobid}"}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(listeners, prefix);
    }

    @Test
    void finishesWhatIsInFlightOnTheOldRoutesAndServesWhatIsNewOnTheNewOnes() throws IOException {
        FramePeer client = gateway.client();
        int before = client.grpc();
        FramePeer origin = gateway.origin().connection();
        origin.awaitHead(1);

        gateway.apply(yaml("{name: main, address: 127.0.0.1, port: 0}", "/other"));

        int after = client.grpc();
        client.data(after, "", true);
        assertThat(client.awaitHead(after).value("grpc-status")).isEqualTo("12");
        client.data(before, "question", true);
        origin.awaitRest(1);
        origin.grpcAnswer(1, "answer");
        assertThat(client.awaitHead(before).status()).isEqualTo("200");
        assertThat(client.awaitRest(before).text()).isEqualTo("answer");
    }

    @Test
    void keepsTheUpstreamConnectionsOfAClusterThatIsTheSame() throws IOException {
        FramePeer client = gateway.client();
        int before = client.grpc();
        FramePeer origin = gateway.origin().connection();
        client.data(before, "", true);
        origin.awaitRest(1);
        origin.grpcAnswer(1, "one");
        client.awaitHead(before);
        client.awaitRest(before);

        gateway.apply(yaml("{name: main, address: 127.0.0.1, port: 0}", "/pkg.Service/Method"));

        int after = client.grpc();
        client.data(after, "", true);
        origin.awaitRest(3);
        origin.grpcAnswer(3, "two");
        client.awaitHead(after);
        assertThat(client.awaitRest(after).text()).isEqualTo("two");
        assertThat(gateway.origin().connections()).isOne();
    }

    @Test
    void opensAListenerThatIsNewAndServesTheConnectionsOfOneThatIsGone() throws IOException {
        gateway.apply(yaml(
                "{name: main, address: 127.0.0.1, port: 0}, {name: more, address: 127.0.0.1, port: 0}", "/nowhere"));
        InetSocketAddress more = address(1);
        FramePeer client = FramePeer.connect(more);
        client.roundTrip();

        gateway.apply(ONE);

        int call = client.grpc();
        client.data(call, "question", true);
        FramePeer origin = gateway.origin().connection();
        origin.awaitRest(1);
        origin.grpcAnswer(1, "answer");
        client.awaitHead(call);
        assertThat(client.awaitRest(call).text()).isEqualTo("answer");
        Await.until("the port is let go", SOON, () -> free(more));
        client.close();
    }

    @Test
    void readsPathsOnOpenConnectionsAsTheNewConfigurationSays() throws IOException {
        FramePeer client = gateway.client();
        int before = client.get("/pkg.Service//twice");
        FramePeer origin = gateway.origin().connection();
        assertThat(origin.awaitHead(1).value(":path")).isEqualTo("/pkg.Service//twice");

        gateway.apply(yaml("{name: main, address: 127.0.0.1, port: 0, paths: {double-slash: reject}}", "/pkg.Service"));

        int after = client.get("/pkg.Service//twice");
        assertThat(client.awaitHead(after).status()).isEqualTo("400");
        origin.head(1, true, ":status", "200");
        assertThat(client.awaitHead(before).status()).isEqualTo("200");
    }

    @Test
    void trustsOpenConnectionsAsTheNewConfigurationSays() throws IOException {
        gateway.apply(ONE + "trusted: [127.0.0.1/32]\n");
        FramePeer client = gateway.client();
        assertThat(client.awaitHead(client.get("/nowhere")).value("x-penstock-cause"))
                .isEqualTo("no-route");

        gateway.apply(ONE + "trusted: [10.0.0.0/8]\n");

        assertThat(client.awaitHead(client.get("/nowhere")).value("x-penstock-cause"))
                .isNull();
    }

    private static boolean free(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address);
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private InetSocketAddress address(int listener) {
        Listener one = gateway.gateway().listeners().get(listener);
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), one.port());
    }

    @Test
    void changesNothingWhenAnAddressCannotBeBound() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String wanted = yaml(
                    "{name: main, address: 127.0.0.1, port: 0}, {name: more, address: 127.0.0.1, port: "
                            + taken.getLocalPort() + "}",
                    "/nowhere");

            assertThatThrownBy(() -> gateway.apply(wanted))
                    .isInstanceOf(ListenException.class)
                    .hasMessageContaining("listeners[1].address: cannot listen on 127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("change listeners[1].address or listeners[1].port");
        }

        assertThat(gateway.gateway().listeners()).hasSize(1);
        FramePeer client = gateway.client();
        client.grpc();
        assertThat(gateway.origin().connection().awaitHead(1).value(":path")).isEqualTo("/pkg.Service/Method");
    }

    @Test
    void refusesWhatARunningProcessCannotChange() {
        assertThatThrownBy(() -> gateway.apply(ONE + "\nevent-loops: 1\n"))
                .isInstanceOf(ConfigException.class)
                .hasMessage("event-loops: differs from what runs, expected a restart for that");
        assertThatThrownBy(() -> gateway.apply(ONE.replace("address: 127", "backlog: 7, address: 127")))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "listeners[0].backlog: 7 differs from what runs at that address, expected a restart for that");
    }

    @Test
    void showsANewCertificateToNewConnections() throws Exception {
        TestCertificate first = TestCertificate.make(folder, "EC");
        TestCertificate second = TestCertificate.make(folder, "RSA");
        gateway.apply(yaml("{name: main, address: 127.0.0.1, port: 0}, " + secure(first), "/"));
        assertThat(algorithm(address(1))).isEqualTo("EC");

        gateway.apply(yaml("{name: main, address: 127.0.0.1, port: 0}, " + secure(second), "/"));

        assertThat(algorithm(address(1))).isEqualTo("RSA");
    }

    private static String secure(TestCertificate certificate) {
        return "{name: tls, address: 127.0.0.1, port: 0, tls: {certificate: \"%s\", key: \"%s\"}}"
                .formatted(certificate.chain(), certificate.key());
    }

    private static String algorithm(InetSocketAddress of) throws Exception {
        try (SSLSocket socket = (SSLSocket)
                TestCertificate.trustingAny().getSocketFactory().createSocket(of.getAddress(), of.getPort())) {
            socket.startHandshake();
            return socket.getSession().getPeerCertificates()[0].getPublicKey().getAlgorithm();
        }
    }

    @Test
    @Tag("process")
    void readsTheFileAgainAtAHangupAndSaysWhyABadOneChangesNothing() throws Exception {
        String yaml = """
                listeners: [{name: public, address: 127.0.0.1, port: 0}]
                clusters: [{name: nowhere, endpoints: ["127.0.0.1:1"]}]
                routes: [{name: all, path-prefix: /served, cluster: nowhere}]
                admin: {port: 0}
                access-log: {output: none}
                """;
        try (GatewayProcess process = GatewayProcess.start(folder, yaml);
                HostilePeer peer = HostilePeer.connect(process.address())) {
            assertThat(peer.status("/new")).isEqualTo("404");

            Files.writeString(process.config(), yaml.replace("path-prefix", "path-prefx"));
            process.signal("HUP");
            process.awaitOutput("not applied, the one before stays in force");
            assertThat(process.output()).contains("path-prefx").contains("path-prefix");
            assertThat(peer.status("/served")).isEqualTo("502");

            Files.writeString(process.config(), yaml.replace("/served", "/new"));
            process.signal("HUP");
            process.awaitOutput(".yaml applied");
            assertThat(peer.status("/new")).isEqualTo("502");
            assertThat(process.admin("/metrics").body())
                    .contains("gateway_config_reloads_total{result=\"applied\"} 1.0")
                    .contains("gateway_config_reloads_total{result=\"rejected\"} 1.0");
        }
    }
}
