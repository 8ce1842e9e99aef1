// SPDX-License-Identifier: Apache-2.0
package io.penstock.gatling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChanceBoundTest {

    private static final int RUNS = 2_000;
    private static final int DRAWS = 1_000;

    @ParameterizedTest
    @CsvSource({"0.70", "0.25", "0.05"})
    void holdsForChance(double share) {
        var random = new Random(1);
        long bound = ChanceBound.of(DRAWS, share, 3);

        for (int run = 0; run < RUNS; run++) {
            long hits = random.doubles(DRAWS).filter(draw -> draw < share).count();
            assertThat(Math.abs(hits - DRAWS * share)).isLessThanOrEqualTo((double) bound);
        }
    }

    /** 1000 draws at 70 % instead of 58 %, or 5 % instead of 12 %: what the bound is for. */
    @ParameterizedTest
    @CsvSource({"0.70, 0.58", "0.25, 0.35", "0.05, 0.12"})
    void isNarrowEnoughToSeeAWrongWeight(double share, double wrong) {
        assertThat((double) ChanceBound.of(DRAWS, share, 3)).isLessThan(Math.abs(wrong - share) * DRAWS);
    }

    @ParameterizedTest
    @CsvSource({"1000, 20000"})
    void growsMoreSlowlyThanTheNumberOfDraws(long few, long many) {
        double atFew = (double) ChanceBound.of(few, 0.25, 3) / few;
        double atMany = (double) ChanceBound.of(many, 0.25, 3) / many;

        assertThat(atMany).isLessThan(atFew / 3);
    }
}
