// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.discovery.DnsDiscoveryConfig;
import io.penstock.gateway.config.discovery.DnsDiscoveryConfig.Records;
import io.penstock.gateway.lookup.Dns;
import io.penstock.gateway.lookup.NameServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a name server in this process, over UDP. */
@Timeout(60)
class DnsQuestionTest {
    private final NameServer server = new NameServer();

    DnsQuestionTest() throws IOException {}

    @AfterEach
    void close() {
        server.close();
    }

    private DnsQuestion question(String name, Records records, Duration least, Duration most) {
        Optional<Integer> port = records == Records.ADDRESS ? Optional.of(9000) : Optional.empty();
        return new DnsQuestion(
                new DnsDiscoveryConfig(name, records, port, List.of(), least, most), Dns.of(List.of(server.address())));
    }

    private Told told(String name, Records records) {
        return new Told(question(name, records, Duration.ofMillis(100), Duration.ofSeconds(1)));
    }

    @Test
    void tellsTheAddressesOfBothFamilies() throws Exception {
        server.zone("jobs.test. 1 IN A 10.0.0.2", "jobs.test. 1 IN A 10.0.0.1", "jobs.test. 1 IN AAAA fd00::1");

        try (Told told = told("jobs.test", Records.ADDRESS)) {
            assertThat(told.next())
                    .containsExactly(
                            new DiscoveredEndpoint("10.0.0.1:9000", "jobs.test", 1, 0),
                            new DiscoveredEndpoint("10.0.0.2:9000", "jobs.test", 1, 0),
                            new DiscoveredEndpoint("[fd00::1]:9000", "jobs.test", 1, 0));
        }
    }

    @Test
    void tellsWhatChangedWhenTheLifeOfTheRecordsIsOverAndNothingTwice() throws Exception {
        server.zone("jobs.test. 0 IN A 10.0.0.1");
        try (Told told = told("jobs.test", Records.ADDRESS)) {
            assertThat(told.addresses()).containsExactly("10.0.0.1:9000");
            int before = server.questions();

            Told.await("asked again", () -> server.questions() > before + 2);
            assertThat(told.nothingNew()).isTrue();

            server.zone("jobs.test. 0 IN A 10.0.0.1", "jobs.test. 0 IN A 10.0.0.9");
            assertThat(told.addresses()).containsExactly("10.0.0.1:9000", "10.0.0.9:9000");
        }
    }

    @Test
    void keepsTheLastGoodAnswerWhileTheServersFailOrAreSilent() throws Exception {
        server.zone("jobs.test. 0 IN A 10.0.0.1");
        try (Told told = told("jobs.test", Records.ADDRESS)) {
            assertThat(told.addresses()).containsExactly("10.0.0.1:9000");

            server.fail();
            told.awaitProblem();
            assertThat(told.nothingNew()).isTrue();
            server.zone("jobs.test. 0 IN A 10.0.0.2");
            assertThat(told.addresses()).containsExactly("10.0.0.2:9000");

            server.beSilent();
            told.awaitProblem();
            assertThat(told.nothingNew()).isTrue();
            server.zone("jobs.test. 0 IN A 10.0.0.3");
            assertThat(told.addresses()).containsExactly("10.0.0.3:9000");
            assertThat(told.source().problem()).isNull();
        }
    }

    @Test
    void tellsThatANameHasNoAddressAnyMore() throws Exception {
        server.zone("jobs.test. 0 IN A 10.0.0.1");
        try (Told told = told("jobs.test", Records.ADDRESS)) {
            told.next();

            server.zone("other.test. 0 IN A 10.0.0.1");

            assertThat(told.next()).isEmpty();
        }
    }

    @Test
    void ranksPrioritiesAndScalesWeightsOfServices() throws Exception {
        server.zone(
                "_grpc._tcp.jobs.test. 1 IN SRV 100 60000 9001 a.test.",
                "_grpc._tcp.jobs.test. 1 IN SRV 100 30000 9002 b.test.",
                "_grpc._tcp.jobs.test. 1 IN SRV 200 0 9003 b.test.",
                "a.test. 1 IN A 10.0.0.1",
                "b.test. 1 IN AAAA fd00::2",
                "b.test. 1 IN A 10.0.0.2");

        try (Told told = told("_grpc._tcp.jobs.test", Records.SRV)) {
            assertThat(told.next())
                    .containsExactly(
                            new DiscoveredEndpoint("10.0.0.1:9001", "a.test", 1000, 0),
                            new DiscoveredEndpoint("10.0.0.2:9002", "b.test", 250, 0),
                            new DiscoveredEndpoint("[fd00::2]:9002", "b.test", 250, 0),
                            new DiscoveredEndpoint("10.0.0.2:9003", "b.test", 1, 1),
                            new DiscoveredEndpoint("[fd00::2]:9003", "b.test", 1, 1));
        }
    }

    @Test
    void followsAliasesOfAServiceAndBelievesThatThereIsNone() throws Exception {
        server.zone(
                "_grpc._tcp.jobs.test. 0 IN CNAME _grpc._tcp.real.test.",
                "_grpc._tcp.real.test. 0 IN SRV 1 1 9001 a.test.",
                "a.test. 0 IN A 10.0.0.1");
        try (Told told = told("_grpc._tcp.jobs.test", Records.SRV)) {
            assertThat(told.addresses()).containsExactly("10.0.0.1:9001");

            server.zone("_grpc._tcp.jobs.test. 0 IN SRV 0 0 0 .");

            assertThat(told.next()).isEmpty();
            server.zone("_grpc._tcp.jobs.test. 0 IN SRV 1 1 9001 a.test.", "a.test. 0 IN A 10.0.0.1");
            assertThat(told.addresses()).containsExactly("10.0.0.1:9001");
            server.zone("other.test. 0 IN A 10.0.0.1");
            assertThat(told.next()).as("no such name").isEmpty();
            server.zone("_grpc._tcp.jobs.test. 0 IN SRV 1 1 9001 a.test.", "a.test. 0 IN A 10.0.0.1");
            assertThat(told.addresses()).as("there again").containsExactly("10.0.0.1:9001");
        }
    }

    @Test
    void keepsTheAddressesOfATargetThatHasNoAnswer() throws Exception {
        String[] zone = {
            "_grpc._tcp.jobs.test. 0 IN SRV 1 1 9001 a.test.",
            "_grpc._tcp.jobs.test. 0 IN SRV 1 1 9002 b.test.",
            "a.test. 0 IN A 10.0.0.1",
            "b.test. 0 IN A 10.0.0.2"
        };
        server.zone(zone);
        try (Told told = told("_grpc._tcp.jobs.test", Records.SRV)) {
            assertThat(told.addresses()).containsExactly("10.0.0.1:9001", "10.0.0.2:9002");

            server.failFor("a.test.");
            server.zoneKept(
                    "_grpc._tcp.jobs.test. 0 IN SRV 1 1 9001 a.test.",
                    "_grpc._tcp.jobs.test. 0 IN SRV 1 1 9002 b.test.",
                    "b.test. 0 IN A 10.0.0.3");

            assertThat(told.addresses()).containsExactly("10.0.0.1:9001", "10.0.0.3:9002");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 5, 60", "30, 5, 60", "100000, 5, 60"})
    void asksAgainAtTheEndOfARecordsLifeWithinItsBounds(int life, int least, int most) throws Exception {
        server.zone("jobs.test. " + life + " IN A 10.0.0.1");
        long expected = Math.clamp(life, least, most) * 1000L;
        try (DnsQuestion question =
                question("jobs.test", Records.ADDRESS, Duration.ofSeconds(least), Duration.ofSeconds(most))) {

            for (int i = 0; i < 20; i++) {
                assertThat(question.ask().pause().toMillis()).isBetween(expected - expected / 10, expected);
            }
        }
    }
}
