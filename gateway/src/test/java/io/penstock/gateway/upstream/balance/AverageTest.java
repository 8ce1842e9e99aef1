// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class AverageTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    @Test
    void fadesToAThirdInItsTime() {
        Average average = new Average(10 * SECOND, false, 0);

        average.add(1_000, 0);

        assertThat(average.at(0)).isEqualTo(1_000);
        assertThat(average.at(10 * SECOND)).isCloseTo(368, within(1.0));
        assertThat(average.at(1_000 * SECOND)).isCloseTo(0, within(1e-6));
    }

    @Test
    void takesAPeakAtOnceAndForgetsItSlowly() {
        Average average = new Average(10 * SECOND, true, 0);
        average.add(10, 0);

        average.add(1_000, SECOND);
        average.add(10, 2 * SECOND);

        assertThat(average.at(2 * SECOND)).isCloseTo(906, within(5.0));
    }

    @Test
    void movesByManyValuesOfOneInstant() {
        Average average = new Average(SECOND, false, 0);
        average.add(0, 0);

        for (int i = 0; i < 10_000; i++) {
            average.add(1, 0);
        }

        assertThat(average.at(0)).isCloseTo(1, within(0.01));
    }

    @Test
    void doesNotLoseItselfWhenTimesComeOutOfOrder() {
        Average average = new Average(SECOND, false, 0);
        average.add(5, 2 * SECOND);

        average.add(5, SECOND);

        assertThat(average.at(SECOND)).isBetween(4.9, 5.1);
    }
}
