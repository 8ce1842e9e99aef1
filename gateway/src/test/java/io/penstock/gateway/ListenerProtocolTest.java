// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.ConfigReader;
import io.penstock.gateway.config.listener.ListenerConfig;
import io.penstock.gateway.config.read.Cidr;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.listener.Listener;
import io.penstock.gateway.listener.ListenerSettings;
import io.penstock.gateway.wire.EventLoops;
import io.penstock.gateway.wire.ProxyHeader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One port for everything: what each connection is taken for, and who is taken to have opened it. */
class ListenerProtocolTest {
    private static final String GET = "GET /a/../who HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    static Path folder;

    /** A listener that answers with the path and the peer. */
    private static final class Served implements AutoCloseable {
        final Listener listener;
        private final Upkeep upkeep;
        private final EventLoops loops = new EventLoops(1);

        Served(String settings) {
            String yaml = """
                    listeners: [{name: public, address: 127.0.0.1, port: 0%s}]
                    routes: [{name: all, cluster: origin}]
                    clusters: [{name: origin, endpoints: ["127.0.0.1:1"]}]
                    """.formatted(settings.isEmpty() ? "" : ", " + settings);
            ListenerConfig config =
                    ConfigReader.read(yaml, Map.of()).listeners().getFirst();
            listener = new Listener(
                    config,
                    new ListenerSettings("listeners[0]", 10, List.of(Cidr.parse("192.0.2.0/24")), 1024, loops),
                    Served::answer,
                    exchange -> {});
            listener.start();
            upkeep = new Upkeep(listener::upkeep);
            upkeep.start();
        }

        private static void answer(Exchange exchange) {
            String text = exchange.path() + " of " + exchange.peer() + " trusted "
                    + exchange.peer().trusted();
            exchange.downstream()
                    .answer(
                            new Head().add(":status", "200").add("content-length", Integer.toString(text.length())),
                            text.getBytes(StandardCharsets.US_ASCII));
        }

        Socket socket() throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
            socket.setSoTimeout(10_000);
            return socket;
        }

        @Override
        public void close() {
            listener.drain();
            listener.abort();
            upkeep.close();
            loops.close();
        }
    }

    private static String exchanged(Socket socket, byte[] first, String request) throws IOException {
        socket.getOutputStream().write(first);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    @Test
    void servesHttp1AndHttp2OnOnePort() throws IOException {
        try (Served served = new Served("");
                Socket socket = served.socket();
                HostilePeer peer = HostilePeer.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), served.listener.port()))) {
            String answer = exchanged(socket, new byte[0], GET);

            assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").contains("/who of 127.0.0.1:" + socket.getLocalPort());
            assertThat(peer.status("/a")).isEqualTo("200");
            assertThat(served.listener.http1()).isEqualTo(1);
            assertThat(served.listener.http2()).isEqualTo(1);
        }
    }

    @Test
    void refusesABadPathOnBothProtocols() throws IOException {
        try (Served served = new Served("paths: {dot-segments: reject}");
                Socket socket = served.socket();
                HostilePeer peer = HostilePeer.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), served.listener.port()))) {
            assertThat(exchanged(socket, new byte[0], GET)).startsWith("HTTP/1.1 400 Bad Request\r\n");
            assertThat(peer.status("/a/../b")).isEqualTo("400");
            assertThat(peer.status("/a")).isEqualTo("200");
        }
    }

    @Test
    void takesTheClientFromTheProxyHeaderOfATrustedSource() throws IOException {
        InetSocketAddress client = new InetSocketAddress(InetAddress.getByName("192.0.2.7"), 4711);
        try (Served served = new Served("proxy-protocol-from: [127.0.0.0/8]")) {
            for (byte[] header : new byte[][] {ProxyHeader.v1(client, client), ProxyHeader.v2(client, client)}) {
                try (Socket socket = served.socket()) {
                    assertThat(exchanged(socket, header, GET)).endsWith("/who of 192.0.2.7:4711 trusted true");
                }
            }
        }
    }

    @Test
    void wantsAHeaderFromATrustedSourceAndNoneFromOthers() throws IOException {
        byte[] header = "PROXY TCP4 192.0.2.7 192.0.2.8 1 2\r\n".getBytes(StandardCharsets.US_ASCII);
        try (Served trusting = new Served("proxy-protocol-from: [127.0.0.0/8]");
                Socket without = trusting.socket();
                Served other = new Served("proxy-protocol-from: [10.0.0.0/8]");
                Socket with = other.socket()) {
            without.getOutputStream().write(GET.getBytes(StandardCharsets.US_ASCII));
            Await.until("counted", SOON, () -> trusting.listener.ended(DownstreamEnding.PROXY_HEADER) == 1);

            assertThat(exchanged(with, header, GET)).startsWith("HTTP/1.1 400 Bad Request\r\n");
        }
    }

    @Test
    void choosesByAlpnAndTakesAProxyHeaderBeforeTls() throws Exception {
        TestCertificate certificate = TestCertificate.make(folder, "EC");
        byte[] header = "PROXY TCP4 192.0.2.7 192.0.2.8 1 2\r\n".getBytes(StandardCharsets.US_ASCII);
        String tls = "tls: {certificate: \"%s\", key: \"%s\"}, proxy-protocol-from: [127.0.0.1]"
                .formatted(certificate.chain(), certificate.key());
        try (Served served = new Served(tls);
                Socket socket = served.socket()) {
            socket.getOutputStream().write(header);
            SSLSocket secure = (SSLSocket)
                    TestCertificate.trustingAny().getSocketFactory().createSocket(socket, "localhost", 1, true);
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            secure.setSSLParameters(parameters);

            String answer = exchanged(secure, new byte[0], GET);

            assertThat(secure.getApplicationProtocol()).isEqualTo("http/1.1");
            assertThat(answer).endsWith("/who of 192.0.2.7:1 trusted true");
        }
    }

    @Test
    void closesAConnectionThatSaysNothing() throws IOException {
        try (Served served = new Served("handshake-timeout: 100ms");
                Socket socket = served.socket()) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            Await.until("counted", SOON, () -> served.listener.ended(DownstreamEnding.HANDSHAKE_TIMEOUT) == 1);
        }
    }
}
