// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.penstock.gateway.lookup.NameServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Active health checks of endpoints that speak TLS. */
@Timeout(60)
class HealthCheckTlsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    private static TestCertificate ours;

    @BeforeAll
    static void make() throws Exception {
        ours = TestCertificate.make(folder, "EC");
    }

    private static RunningGateway gateway(String endpoints, String protocol, String check) {
        return gateway(endpoints, protocol, check, ours);
    }

    private static RunningGateway gateway(
            String endpoints, String protocol, String check, TestCertificate certificate) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters:
                  - name: origin
                    %s
                    upstream: {protocol: %s, tls: {ca: "%s"}}
                    health-check: {interval: 100ms, healthy: 1, unhealthy: 1, %s}
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(endpoints, protocol, certificate.chain(), check))
                .start();
    }

    private static String at(int port) {
        return "endpoints: [\"127.0.0.1:" + port + "\"]";
    }

    private static void awaitCheck(RunningGateway gateway, String state, String text) {
        Await.until(state + ": " + text, SOON, () -> {
            var endpoints =
                    gateway.gateway().clusters().cluster("origin").report().endpoints();
            return !endpoints.isEmpty()
                    && endpoints.getFirst().state().equals(state)
                    && endpoints.getFirst().lastCheck().contains(text);
        });
    }

    /** The JDK's own server, whose status the test sets. */
    private static HttpsServer server(
            TestCertificate certificate, AtomicInteger status, CopyOnWriteArrayList<String> hosts) throws Exception {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        server.createContext("/healthz", exchange -> {
            hosts.add(exchange.getRequestHeaders().getFirst("host"));
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
        });
        server.start();
        return server;
    }

    @ParameterizedTest
    @ValueSource(strings = {"http1", "auto"})
    void checksByHttp1(String protocol) throws Exception {
        AtomicInteger status = new AtomicInteger(204);
        CopyOnWriteArrayList<String> hosts = new CopyOnWriteArrayList<>();
        HttpsServer server = server(ours, status, hosts);
        int port = server.getAddress().getPort();
        try (RunningGateway gateway = gateway(at(port), protocol, "path: /healthz")) {
            awaitCheck(gateway, "healthy", "status 204");
            assertThat(hosts).contains("127.0.0.1:" + port);

            status.set(503);

            awaitCheck(gateway, "unhealthy", "status 503");
        } finally {
            server.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "auto"})
    void checksByHttp2(String protocol) throws Exception {
        AtomicInteger status = new AtomicInteger(204);
        try (SSLServerSocket socket = ours.serve("h2", "http/1.1")) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (true) {
                        FramePeer peer = FramePeer.accepted(socket.accept(), new long[] {});
                        Thread.ofVirtual().start(() -> {
                            assertThat(peer.awaitHead(1).value(":scheme")).isEqualTo("https");
                            peer.head(1, true, ":status", status.toString());
                        });
                    }
                } catch (IOException e) {
                    // closed
                }
            });
            try (RunningGateway gateway = gateway(at(socket.getLocalPort()), protocol, "path: /healthz")) {
                awaitCheck(gateway, "healthy", "status 204");
                status.set(500);
                awaitCheck(gateway, "unhealthy", "status 500");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"h2, 11", "auto, 11", "h2, 127", "h2, 128", "h2, 200"})
    void checksByTheHealthServiceOfGrpc(String protocol, int length) throws Exception {
        String service = "pkg.Service" + "x".repeat(length - 11);
        HealthStatusManager health = new HealthStatusManager();
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(GrpcSslContexts.forServer(
                                ours.chain().toFile(), ours.key().toFile())
                        .build())
                .addService(health.getHealthService())
                .build()
                .start();
        try (RunningGateway gateway = gateway(at(server.getPort()), protocol, "type: grpc, service: " + service)) {
            awaitCheck(gateway, "unhealthy", "not known");
            health.setStatus(service, ServingStatus.SERVING);
            awaitCheck(gateway, "healthy", "serving");
            health.setStatus(service, ServingStatus.NOT_SERVING);
            awaitCheck(gateway, "unhealthy", "not serving");
        } finally {
            server.shutdownNow();
            server.awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"type: grpc", "path: /healthz"})
    void saysWhenAnEndpointDoesNotChooseHttp2(String check) throws Exception {
        try (Http1Origin origin = Http1Origin.on(ours.serve(), connection -> connection.answer("no"));
                RunningGateway gateway = gateway(at(origin.port()), "h2", check)) {
            awaitCheck(gateway, "unhealthy", "ALPN");
        }
    }

    @Test
    void checksByConnecting() throws Exception {
        try (SSLServerSocket socket = ours.serve();
                Http1Origin origin = Http1Origin.on(
                        socket, connection -> assertThat(connection.ended()).isTrue());
                RunningGateway gateway = gateway(at(origin.port()), "http1", "type: tcp")) {
            awaitCheck(gateway, "healthy", "connected");
        }
        try (Http1Origin plain = Http1Origin.following(connection -> connection.send("no TLS at all"));
                RunningGateway gateway = gateway(at(plain.port()), "http1", "type: tcp")) {
            awaitCheck(gateway, "unhealthy", "");
        }
    }

    @Test
    void findsACertificateOfAnotherNameUnhealthy() throws Exception {
        TestCertificate named = TestCertificate.make(folder, "EC", "dns:origin.test");
        HttpsServer server = server(named, new AtomicInteger(204), new CopyOnWriteArrayList<>());
        try (RunningGateway gateway = gateway(at(server.getAddress().getPort()), "http1", "path: /healthz", named)) {
            awaitCheck(gateway, "unhealthy", "127.0.0.1");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void asksForTheNameThatWasDiscovered() throws Exception {
        TestCertificate named = TestCertificate.make(folder, "EC", "dns:origin.test");
        CopyOnWriteArrayList<String> hosts = new CopyOnWriteArrayList<>();
        HttpsServer server = server(named, new AtomicInteger(204), hosts);
        int port = server.getAddress().getPort();
        try (NameServer names = new NameServer()) {
            names.zone("origin.test. 60 IN A 127.0.0.1");
            String discovery = "discovery: {dns: {name: origin.test, port: %d, servers: [\"127.0.0.1:%d\"]}}"
                    .formatted(port, names.address().getPort());
            try (RunningGateway gateway = gateway(discovery, "http1", "path: /healthz", named)) {
                awaitCheck(gateway, "healthy", "status 204");
                assertThat(hosts).containsOnly("origin.test:" + port);
            }
        } finally {
            server.stop(0);
        }
    }
}
