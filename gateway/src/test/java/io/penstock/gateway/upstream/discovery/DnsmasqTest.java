// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.penstock.gateway.FreePort;
import io.penstock.gateway.config.discovery.DiscoveryConfig;
import io.penstock.gateway.config.discovery.DnsDiscoveryConfig;
import io.penstock.gateway.config.discovery.DnsDiscoveryConfig.Records;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against a real name server, whose records change and which goes away and comes back. */
@Timeout(90)
class DnsmasqTest {
    @TempDir
    Path folder;

    private int port;
    private @Nullable Tool dnsmasq;

    @BeforeEach
    void findPort() throws IOException {
        assumeThat(Tool.find("dnsmasq")).as("dnsmasq (Debian: dnsmasq-base)").isPresent();
        port = FreePort.next();
    }

    @AfterEach
    void end() {
        if (dnsmasq != null) {
            dnsmasq.close();
        }
    }

    private Path hosts(String... lines) throws IOException {
        return Files.write(folder.resolve("hosts"), List.of(lines));
    }

    private Tool serve(String... lines) throws IOException {
        Path config = Files.write(folder.resolve("dnsmasq.conf"), List.of(lines));
        Tool started = Tool.start(
                folder.resolve("log"),
                List.of(
                        Tool.find("dnsmasq").orElseThrow().toString(),
                        "--keep-in-foreground",
                        "--conf-file=" + config,
                        "--port=" + port,
                        "--listen-address=127.0.0.1",
                        "--bind-interfaces",
                        "--no-resolv",
                        "--no-hosts",
                        "--addn-hosts=" + folder.resolve("hosts"),
                        "--local=/test/",
                        "--local-ttl=1",
                        "--user=" + System.getProperty("user.name"),
                        "--pid-file="));
        dnsmasq = started;
        return started;
    }

    private Told told(String name, Records records) {
        DnsDiscoveryConfig config = new DnsDiscoveryConfig(
                name,
                records,
                records == Records.ADDRESS ? Optional.of(9000) : Optional.empty(),
                List.of("127.0.0.1:" + port),
                Duration.ofMillis(200),
                Duration.ofSeconds(2));
        return new Told(EndpointSource.of("jobs", new DiscoveryConfig(Optional.of(config), Optional.empty())));
    }

    @Test
    void followsAddressesThatChange() throws Exception {
        hosts("10.0.0.1 jobs.test", "fd00::1 jobs.test");
        Tool server = serve();
        try (Told told = told("jobs.test", Records.ADDRESS)) {
            assertThat(told.addresses()).containsExactly("10.0.0.1:9000", "[fd00::1]:9000");

            hosts("10.0.0.2 jobs.test", "10.0.0.3 jobs.test");
            server.signal("HUP");

            assertThat(told.addresses()).containsExactly("10.0.0.2:9000", "10.0.0.3:9000");
        }
    }

    @Test
    void followsServicesAndKeepsThemWhileTheServerIsAway() throws Exception {
        hosts("10.0.0.1 a.test", "10.0.0.2 b.test", "fd00::2 b.test");
        Tool server = serve(
                "srv-host=_grpc._tcp.jobs.test,a.test,9001,10,60", "srv-host=_grpc._tcp.jobs.test,b.test,9002,20,40");
        try (Told told = told("_grpc._tcp.jobs.test", Records.SRV)) {
            assertThat(told.next())
                    .containsExactly(
                            new DiscoveredEndpoint("10.0.0.1:9001", "a.test", 1000, 0),
                            new DiscoveredEndpoint("10.0.0.2:9002", "b.test", 333, 1),
                            new DiscoveredEndpoint("[fd00::2]:9002", "b.test", 333, 1));

            server.close();
            told.awaitProblem();
            assertThat(told.nothingNew()).isTrue();

            serve("srv-host=_grpc._tcp.jobs.test,b.test,9003,10,1");
            assertThat(told.next())
                    .containsExactly(
                            new DiscoveredEndpoint("10.0.0.2:9003", "b.test", 500, 0),
                            new DiscoveredEndpoint("[fd00::2]:9003", "b.test", 500, 0));
            assertThat(told.source().problem()).isNull();
        }
    }
}
