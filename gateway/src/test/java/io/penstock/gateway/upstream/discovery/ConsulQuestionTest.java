// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.config.discovery.ConsulDiscoveryConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against an HTTP server that replies when and what the test says: the rules of the index, and failures. */
@Timeout(60)
class ConsulQuestionTest {
    private final FakeConsul consul = new FakeConsul();

    ConsulQuestionTest() throws IOException {}

    @AfterEach
    void close() {
        consul.close();
    }

    private static ConsulDiscoveryConfig config(String url, boolean acceptWarning) {
        return new ConsulDiscoveryConfig(
                url,
                "jobs",
                Optional.empty(),
                Optional.empty(),
                List.of(),
                acceptWarning,
                Duration.ofMinutes(1),
                Duration.ofSeconds(1));
    }

    private Told told() {
        return new Told(new ConsulQuestion(config(consul.url(), false)));
    }

    @Test
    void asksForHealthyInstancesInTheWordsOfTheConfiguration() throws Exception {
        var config = new ConsulDiscoveryConfig(
                consul.url() + "/",
                "jobs eu",
                Optional.of("dc-2"),
                Optional.of("secret"),
                List.of("v1", "a&b"),
                false,
                Duration.ofSeconds(30),
                Duration.ofSeconds(1));
        try (Told told = new Told(new ConsulQuestion(config))) {
            FakeConsul.Asked asked = consul.next();

            assertThat(asked.path()).isEqualTo("/v1/health/service/jobs%20eu");
            assertThat(asked.query()).isEqualTo("wait=30000ms&passing&dc=dc-2&tag=v1&tag=a%26b");
            assertThat(asked.token()).isEqualTo("secret");
            assertThat(told.nothingNew()).isTrue();
        }
        assertThat(config.toString()).doesNotContain("secret");
    }

    @Test
    void waitsForChangesAfterTheIndexOfTheLastAnswer() throws Exception {
        try (Told told = told()) {
            assertThat(consul.next().query()).doesNotContain("index");
            consul.reply(17, FakeConsul.healthy("10.0.0.1", 9001));
            assertThat(told.addresses()).containsExactly("10.0.0.1:9001");
            assertThat(consul.next().has("index=17")).isTrue();

            consul.reply(18, FakeConsul.healthy("10.0.0.1", 9001), FakeConsul.healthy("10.0.0.2", 9001));
            assertThat(told.addresses()).containsExactly("10.0.0.1:9001", "10.0.0.2:9001");
            assertThat(consul.next().has("index=18")).isTrue();

            consul.reply(19, FakeConsul.healthy("10.0.0.2", 9001), FakeConsul.healthy("10.0.0.1", 9001));
            assertThat(consul.next().has("index=19")).isTrue();
            assertThat(told.nothingNew())
                    .as("the same instances in another order")
                    .isTrue();

            consul.reply(20);
            assertThat(told.next()).isEmpty();
        }
    }

    @Test
    void beginsAnewWhenTheIndexGoesBackwards() throws Exception {
        try (Told told = told()) {
            consul.next();
            consul.reply(500, FakeConsul.healthy("10.0.0.1", 9001));
            told.next();
            consul.next();

            consul.reply(3, FakeConsul.healthy("10.0.0.2", 9001));

            assertThat(told.addresses()).containsExactly("10.0.0.2:9001");
            assertThat(consul.next().query()).doesNotContain("index");
        }
    }

    @Test
    void takesAnIndexBelowOneForOne() throws Exception {
        try (Told told = told()) {
            consul.next();
            consul.reply(0, FakeConsul.healthy("10.0.0.1", 9001));
            told.next();

            assertThat(consul.next().has("index=1")).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "500, 18, rpc error: No cluster leader",
        "403, 18, ACL not found",
        "200, , []",
        "200, abc, []",
        "200, 18, {}",
        "200, 18, '[{\"Node\": '",
        "302, 18, elsewhere"
    })
    void keepsTheLastGoodAnswerAfterOneThatIsNone(int status, String index, String body) throws Exception {
        try (Told told = told()) {
            consul.next();
            consul.reply(17, FakeConsul.healthy("10.0.0.1", 9001));
            told.next();
            consul.next();

            consul.replyWith(status, index, body);
            told.awaitProblem();

            assertThat(told.nothingNew()).isTrue();
            assertThat(consul.next().query()).as("it begins anew").doesNotContain("index");
            consul.reply(4, FakeConsul.healthy("10.0.0.2", 9001));
            assertThat(told.addresses()).containsExactly("10.0.0.2:9001");
            assertThat(told.source().problem()).isNull();
        }
    }

    @Test
    void keepsTheLastGoodAnswerWhileNobodyListensAndAsksWhoIsBack() throws Exception {
        try (Told told = told()) {
            consul.next();
            consul.reply(17, FakeConsul.healthy("10.0.0.1", 9001));
            told.next();

            consul.close();
            told.awaitProblem();
            assertThat(told.nothingNew()).isTrue();

            try (FakeConsul back = new FakeConsul(consul.port())) {
                back.reply(1, FakeConsul.healthy("10.0.0.2", 9001));
                assertThat(told.addresses()).containsExactly("10.0.0.2:9001");
            }
        }
    }

    @Test
    void asksLessOftenWhenAnswersComeAtOnce() throws Exception {
        try (ConsulQuestion question = new ConsulQuestion(config(consul.url(), false))) {
            Duration longest = Duration.ZERO;
            for (int i = 1; i <= 100 && longest.isZero(); i++) {
                consul.reply(i);
                longest = question.ask().pause();
            }

            assertThat(longest).isPositive().isLessThanOrEqualTo(ConsulQuestion.LEAST_GAP);
        }
    }

    @Test
    void usesTheServicesAddressAndWeightsAndLeavesOutWhatCannotBeCalled() throws Exception {
        try (Told told = told()) {
            consul.reply(
                    1,
                    FakeConsul.instance("10.0.0.1", "", 9001, "passing", 7, 1),
                    FakeConsul.instance("10.0.0.1", "10.0.0.2", 9001, "passing", 5000, 1),
                    FakeConsul.instance("10.0.0.1", "fd00::3", 9001, "passing", 1, 1),
                    FakeConsul.instance("10.0.0.1", "d.node.consul", 9001, "passing", 1, 1),
                    FakeConsul.instance("10.0.0.1", "10.0.0.5", 0, "passing", 1, 1),
                    FakeConsul.instance("10.0.0.1", "not an address", 9001, "passing", 1, 1),
                    FakeConsul.instance("10.0.0.1", "10.0.0.6", 9001, "warning", 1, 1),
                    FakeConsul.instance("10.0.0.1", "10.0.0.7", 9001, "critical", 1, 1),
                    FakeConsul.instance("10.0.0.1", "10.0.0.8", 9001, "passing", 0, 1));

            assertThat(told.next())
                    .containsExactly(
                            new DiscoveredEndpoint("10.0.0.1:9001", "", 7, 0),
                            new DiscoveredEndpoint("10.0.0.2:9001", "", 1000, 0),
                            new DiscoveredEndpoint("[fd00::3]:9001", "", 1, 0),
                            new DiscoveredEndpoint("d.node.consul:9001", "d.node.consul", 1, 0));
        }
    }

    @Test
    void takesInstancesWithAWarningWithTheWeightForItWhenToldTo() throws Exception {
        try (Told told = new Told(new ConsulQuestion(config(consul.url(), true)))) {
            assertThat(consul.next().query()).doesNotContain("passing");
            consul.reply(
                    1,
                    FakeConsul.instance("10.0.0.1", "10.0.0.1", 9001, "passing", 10, 3),
                    FakeConsul.instance("10.0.0.1", "10.0.0.2", 9001, "warning", 10, 3),
                    FakeConsul.instance("10.0.0.1", "10.0.0.3", 9001, "critical", 10, 3));

            assertThat(told.next())
                    .containsExactly(
                            new DiscoveredEndpoint("10.0.0.1:9001", "", 10, 0),
                            new DiscoveredEndpoint("10.0.0.2:9001", "", 3, 0));
        }
    }

    @Test
    void startsOnceAndEndsWhileItWaits() throws Exception {
        Told told = told();
        consul.next();

        assertThatThrownBy(() -> told.source().start(list -> {})).isInstanceOf(IllegalStateException.class);
        told.close();
        told.close();

        assertThat(told.nothingNew()).isTrue();
    }
}
