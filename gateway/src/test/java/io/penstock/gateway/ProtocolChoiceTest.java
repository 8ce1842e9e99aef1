// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.ending.UpstreamEnding;
import io.penstock.gateway.upstream.pool.PoolReport;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints of {@code protocol: auto}, which choose by ALPN, cannot be reached, or change their mind. */
@Timeout(60)
class ProtocolChoiceTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private static final String PATIENT = "connect-timeout: 20s, queue-timeout: 20s";

    @TempDir
    static Path folder;

    private static TestCertificate ours;

    @BeforeAll
    static void make() throws Exception {
        ours = TestCertificate.make(folder, "EC");
    }

    private static RunningGateway gateway(String endpoint, String upstream) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters:
                  - name: origin
                    endpoints: ["%s"]
                    upstream: {protocol: auto, tls: {ca: "%s"}, %s}
                    retry: {attempts: 1}
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(endpoint, ours.chain(), upstream))
                .start();
    }

    private static int waiting(RunningGateway gateway) {
        return gateway.gateway().upstreams().report().stream()
                .mapToInt(PoolReport::waiting)
                .sum();
    }

    /** Answers every request with the protocol that it chose for the connection; {@code /held} by halves. */
    private static final class Fickle implements Closeable {
        final CountDownLatch release = new CountDownLatch(1);
        private final SSLServerSocket server;
        private volatile String protocol = "http/1.1";
        private final List<Closeable> connections = new CopyOnWriteArrayList<>();

        Fickle() throws Exception {
            server = ours.serve("http/1.1");
            Thread.ofPlatform().daemon().name("fickle").start(this::accept);
        }

        /** What it chooses on the connections to come. */
        void chooses(String other) {
            protocol = other;
        }

        String address() {
            return "127.0.0.1:" + server.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    SSLSocket socket = (SSLSocket) server.accept();
                    Thread.ofVirtual().start(() -> serve(socket));
                }
            } catch (IOException e) {
                // closed
            }
        }

        private void serve(SSLSocket socket) {
            try {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setApplicationProtocols(new String[] {protocol});
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                if (socket.getApplicationProtocol().equals("h2")) {
                    FramePeer peer = FramePeer.accepted(socket, new long[] {});
                    connections.add(peer::close);
                    for (int stream = 1; ; stream += 2) {
                        peer.awaitHead(stream);
                        peer.head(stream, false, ":status", "200", "content-length", "2");
                        peer.data(stream, "h2", true);
                    }
                }
                Http1Origin.Connection connection = new Http1Origin.Connection(socket);
                connections.add(connection::close);
                while (true) {
                    boolean held = connection.request().startsWith("GET /held ");
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh");
                    if (held) {
                        release.await();
                    }
                    connection.send("1");
                }
            } catch (IOException | AssertionError e) {
                // closed
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void closeConnections() throws IOException {
            for (Closeable connection : connections) {
                connection.close();
            }
            connections.clear();
        }

        @Override
        public void close() throws IOException {
            server.close();
            closeConnections();
        }
    }

    /** A caller of either protocol. */
    private interface Caller {
        String get() throws IOException;
    }

    private static Caller caller(RunningGateway gateway, String protocol) throws IOException {
        if (protocol.equals("http2")) {
            FramePeer client = gateway.client();
            return () -> {
                int call = client.get("/");
                assertThat(client.awaitHead(call).status()).isEqualTo("200");
                return client.awaitRest(call).text();
            };
        }
        Http1Origin.Connection client = gateway.http1Client();
        return () -> {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            String answer = client.request();
            assertThat(answer).startsWith("HTTP/1.1 200 ");
            return answer.substring(answer.length() - 2);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"http1", "http2"})
    void followsAnEndpointThatChoosesAnotherProtocolLater(String protocol) throws Exception {
        try (Fickle origin = new Fickle();
                RunningGateway gateway = gateway(origin.address(), PATIENT)) {
            Caller caller = caller(gateway, protocol);
            assertThat(caller.get()).isEqualTo("h1");
            assertThat(caller.get()).isEqualTo("h1");
            assertThat(gateway.pool().protocol()).isEqualTo("http1");

            origin.chooses("h2");
            origin.closeConnections();
            gateway.awaitClosed(1);
            assertThat(caller.get()).isEqualTo("h2");
            assertThat(caller.get()).isEqualTo("h2");
            assertThat(gateway.pool().protocol()).isEqualTo("h2");

            origin.chooses("http/1.1");
            origin.closeConnections();
            gateway.awaitClosed(2);
            assertThat(caller.get()).isEqualTo("h1");

            for (int i = 0; i < 5; i++) {
                assertThat(gateway.ended().cause()).isNull();
            }
            Await.until("one connection is open", SOON, () -> gateway.pool().open() == 1);
            assertThat(gateway.pool().streams()).isEqualTo(5);
            assertThat(gateway.pool().opened()).isEqualTo(3);
        }
    }

    @Test
    void letsExchangesOfTheFormerProtocolEnd() throws Exception {
        try (Fickle origin = new Fickle();
                RunningGateway gateway = gateway(origin.address(), PATIENT)) {
            FramePeer client = gateway.client();
            int held = client.get("/held");
            assertThat(client.awaitHead(held).status()).isEqualTo("200");

            origin.chooses("h2");
            int other = client.get("/other");
            assertThat(client.awaitHead(other).status()).isEqualTo("200");
            assertThat(client.awaitRest(other).text()).isEqualTo("h2");
            origin.release.countDown();

            assertThat(client.awaitRest(held).text()).isEqualTo("h1");
            assertThat(gateway.awaitClosed(1)).containsOnlyKeys(UpstreamEnding.DRAINED);
            Await.until("one connection is open", SOON, () -> gateway.pool().open() == 1);
            assertThat(gateway.pool().streams()).isEqualTo(2);
        }
    }

    @Test
    void dialsOnceForAllWhoWait() throws Exception {
        try (Http1Origin silent = Http1Origin.byHand();
                RunningGateway gateway = gateway(silent.address(), "connect-timeout: 2s, queue-timeout: 10s")) {
            FramePeer client = gateway.client();
            List<Integer> calls = new ArrayList<>();

            for (int i = 0; i < 5; i++) {
                calls.add(client.get("/"));
            }

            for (int call : calls) {
                assertThat(client.awaitHead(call).status()).isEqualTo("504");
                assertThat(gateway.ended().cause()).isEqualTo(Cause.CONNECT_TIMEOUT);
            }
            assertThat(silent.connections()).isEqualTo(1);
            assertThat(gateway.pool().connectFailures()).isEqualTo(1);
        }
    }

    @Test
    void boundsHowManyWaitForTheChoice() throws Exception {
        try (Http1Origin silent = Http1Origin.byHand();
                RunningGateway gateway =
                        gateway(silent.address(), "connect-timeout: 30s, queue-timeout: 30s, max-queue: 1")) {
            FramePeer client = gateway.client();
            client.get("/");
            Await.until("one waits", SOON, () -> waiting(gateway) == 1);

            int second = client.get("/");

            assertThat(client.awaitHead(second).status()).isEqualTo("503");
            assertThat(gateway.ended().cause()).isEqualTo(Cause.TOO_MANY_CONNECTIONS);
        }
    }

    @Test
    void boundsHowLongEachWaitsForTheChoice() throws Exception {
        try (Http1Origin silent = Http1Origin.byHand();
                RunningGateway gateway = gateway(silent.address(), "connect-timeout: 30s, queue-timeout: 100ms")) {
            FramePeer client = gateway.client();

            int call = client.get("/");

            assertThat(client.awaitHead(call).status()).isEqualTo("504");
            assertThat(gateway.ended().cause()).isEqualTo(Cause.CONNECT_TIMEOUT);
        }
    }

    @Test
    void forgetsWhoWaitsForTheChoiceAndGoesAway() throws Exception {
        try (Http1Origin silent = Http1Origin.byHand();
                RunningGateway gateway = gateway(silent.address(), "connect-timeout: 30s, queue-timeout: 30s")) {
            FramePeer client = gateway.client();
            int call = client.get("/");
            Await.until("one waits", SOON, () -> waiting(gateway) == 1);

            client.reset(call, WireFrame.CANCEL);

            Await.until("nobody waits", SOON, () -> waiting(gateway) == 0);
            assertThat(gateway.ended().cause()).isEqualTo(Cause.DOWNSTREAM_GONE);
        }
    }
}
