// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.lookup.NameServer;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** For which name an endpoint's certificate must be, and which name it is asked for: configured or discovered. */
@Timeout(60)
class UpstreamNameTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    private static TestCertificate named;
    private static TestCertificate numbered;

    @BeforeAll
    static void make() throws Exception {
        named = TestCertificate.make(folder, "EC", "dns:origin.test");
        numbered = TestCertificate.make(folder, "EC", "ip:127.0.0.1");
    }

    /** An upstream that keeps the names it was asked for. */
    private record Asked(Http1Origin origin, List<String> names) implements AutoCloseable {
        static Asked with(TestCertificate certificate) throws Exception {
            AskedNames asked = new AskedNames();
            ServerSocket socket = asked.serve(certificate.context(), "http/1.1");
            Http1Origin origin = Http1Origin.on(socket, connection -> {
                while (true) {
                    connection.request();
                    connection.answer("secret");
                }
            });
            return new Asked(origin, asked.all());
        }

        int port() {
            return origin.port();
        }

        @Override
        public void close() {
            origin.close();
        }
    }

    private static RunningGateway gateway(String endpoints, String tls) {
        return RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                routes: [{name: all, cluster: origin}]
                clusters: [{name: origin, %s, upstream: {protocol: http1, tls: {%s}}}]
                admin: {port: 0}
                access-log: {output: none}
                """.formatted(endpoints, tls)).start();
    }

    private static String ca(TestCertificate certificate) {
        return "ca: \"" + certificate.chain() + '"';
    }

    /** What a call comes to, once the cluster has endpoints. */
    private static Exchange call(RunningGateway gateway) {
        Exchange[] last = {null};
        Await.until("endpoints", SOON, () -> {
            FramePeer client = gateway.client();
            client.awaitHead(client.get("/"));
            last[0] = gateway.ended();
            return last[0].cause() != Cause.NO_ENDPOINT;
        });
        return last[0];
    }

    private static void succeeds(RunningGateway gateway) {
        Exchange exchange = call(gateway);
        assertThat(exchange.cause()).as(exchange.detail()).isNull();
        assertThat(exchange.status()).isEqualTo(200);
    }

    private static void fails(RunningGateway gateway) {
        Exchange exchange = call(gateway);
        assertThat(exchange.cause()).as(exchange.detail()).isEqualTo(Cause.TLS_FAILED);
        assertThat(exchange.status()).isEqualTo(502);
    }

    private static String addresses(NameServer names, String name, int port) {
        return "discovery: {dns: {name: %s, port: %d, servers: [\"127.0.0.1:%d\"]}}"
                .formatted(name, port, names.address().getPort());
    }

    private static String services(NameServer names) {
        return "discovery: {dns: {name: _web._tcp.test, records: srv, servers: [\"127.0.0.1:%d\"]}}"
                .formatted(names.address().getPort());
    }

    @Test
    void isTheNameWhoseAddressesWereDiscovered() throws Exception {
        try (Asked origin = Asked.with(named);
                NameServer names = new NameServer()) {
            names.zone("origin.test. 60 IN A 127.0.0.1");
            try (RunningGateway gateway = gateway(addresses(names, "origin.test", origin.port()), ca(named))) {
                succeeds(gateway);
                assertThat(origin.names()).containsOnly("origin.test");
            }
        }
    }

    @Test
    void isTheNameThatAServiceRecordLeadsTo() throws Exception {
        try (Asked origin = Asked.with(named);
                NameServer names = new NameServer()) {
            names.zone(
                    "_web._tcp.test. 60 IN SRV 1 1 " + origin.port() + " origin.test.",
                    "origin.test. 60 IN A 127.0.0.1");
            try (RunningGateway gateway = gateway(services(names), ca(named))) {
                succeeds(gateway);
                assertThat(origin.names()).containsOnly("origin.test");
            }
        }
    }

    @Test
    void isNoOtherNameWithTheSameAddress() throws Exception {
        try (Asked origin = Asked.with(named);
                NameServer names = new NameServer()) {
            names.zone("elsewhere.test. 60 IN A 127.0.0.1");
            try (RunningGateway gateway = gateway(addresses(names, "elsewhere.test", origin.port()), ca(named))) {
                fails(gateway);
            }
        }
    }

    @Test
    void isTheConfiguredOneBeforeTheDiscoveredOne() throws Exception {
        try (Asked origin = Asked.with(named);
                NameServer names = new NameServer()) {
            names.zone("elsewhere.test. 60 IN A 127.0.0.1");
            try (RunningGateway gateway = gateway(
                    addresses(names, "elsewhere.test", origin.port()), ca(named) + ", server-name: origin.test")) {
                succeeds(gateway);
                assertThat(origin.names()).containsOnly("origin.test");
            }
        }
    }

    @Test
    void followsTheDiscoveredNameOfAnAddress() throws Exception {
        try (Asked origin = Asked.with(named);
                NameServer names = new NameServer()) {
            String address = ".test. 0 IN A 127.0.0.1";
            names.zone("_web._tcp.test. 0 IN SRV 1 1 " + origin.port() + " elsewhere.test.", "elsewhere" + address);
            String fast = services(names).replace("records", "min-refresh: 100ms, records");
            try (RunningGateway gateway = gateway(fast, ca(named))) {
                fails(gateway);

                names.zone("_web._tcp.test. 0 IN SRV 1 1 " + origin.port() + " origin.test.", "origin" + address);

                Await.until("the other name", SOON, () -> call(gateway).cause() == null);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"origin.test", "origin.test."})
    void isTheHostnameOfAnEndpoint(String hostname) throws Exception {
        try (Asked origin = Asked.with(named);
                RunningGateway gateway = gateway(
                        "endpoints: [{address: \"127.0.0.1:%d\", hostname: %s}]".formatted(origin.port(), hostname),
                        ca(named))) {
            succeeds(gateway);
            assertThat(origin.names()).containsOnly("origin.test");
        }
    }

    @Test
    void isTheNameInTheAddressOfAnEndpoint() throws Exception {
        TestCertificate local = TestCertificate.make(folder, "EC", "dns:localhost");
        try (Asked origin = Asked.with(local);
                RunningGateway gateway = gateway("endpoints: [\"localhost:%d\"]".formatted(origin.port()), ca(local))) {
            succeeds(gateway);
        }
    }

    @Test
    void isTheAddressOfAnEndpointThatHasNoName() throws Exception {
        try (Asked origin = Asked.with(numbered);
                RunningGateway gateway =
                        gateway("endpoints: [\"127.0.0.1:%d\"]".formatted(origin.port()), ca(numbered))) {
            succeeds(gateway);
            assertThat(origin.names()).isEmpty();
        }
        try (Asked origin = Asked.with(named);
                RunningGateway gateway = gateway("endpoints: [\"127.0.0.1:%d\"]".formatted(origin.port()), ca(named))) {
            fails(gateway);
        }
    }
}
