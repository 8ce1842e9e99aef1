// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {

    private static Outcome outcome(boolean gatling, long gateway, boolean holds) {
        return new Outcome(
                "some",
                gatling,
                List.of(),
                List.of(),
                List.of(new Outcome.Count("route", 100, gateway)),
                List.of(),
                List.of(new Finding(holds, "it")),
                Path.of("index.html"),
                1);
    }

    @Test
    void passesOnlyWhenAllThreeJudgesSaySo() {
        assertThat(outcome(true, 100, true).passed()).isTrue();
        assertThat(outcome(false, 100, true).passed()).isFalse();
        assertThat(outcome(true, 100, false).passed()).isFalse();
    }

    @Test
    void doesNotAgreeWhenOneRequestIsMissingOrTooMany() {
        assertThat(outcome(true, 99, true).agrees()).isFalse();
        assertThat(outcome(true, 101, true).passed()).isFalse();
    }
}
