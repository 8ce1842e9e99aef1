// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SamplesTest {

    private static final Samples SAMPLES = Samples.of("""
            # HELP ended_total Exchanges.
            # TYPE ended_total counter
            ended_total{route="a",status="200"} 7
            ended_total{route="a",status="503"} 2
            ended_total{route="b \\"quoted\\"",status="200"} 1.0E3
            active 3.0
            """);

    @Test
    void addsUpTheRowsThatHaveTheLabels() {
        assertThat(SAMPLES.sum("ended_total", "route", "a")).isEqualTo(9);
        assertThat(SAMPLES.sum("ended_total", "route", "a", "status", "503")).isEqualTo(2);
        assertThat(SAMPLES.sum("ended_total")).isEqualTo(1009);
        assertThat(SAMPLES.sum("active")).isEqualTo(3);
        assertThat(SAMPLES.sum("nothing")).isZero();
    }

    @Test
    void knowsTheValuesOfALabel() {
        assertThat(SAMPLES.values("ended_total", "route")).containsExactly("a", "b \\\"quoted\\\"");
        assertThat(SAMPLES.values("active", "route")).isEmpty();
    }

    @Test
    void namesTheLineThatIsNone() {
        assertThatThrownBy(() -> Samples.of("404 not found <html>"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("404 not found <html>");
    }
}
