// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SaturationTest {

    private static boolean samples(Saturation saturation, int count, boolean strained) {
        boolean saturated = false;
        for (int i = 0; i < count; i++) {
            saturated = saturation.sample(strained);
        }
        return saturated;
    }

    @Test
    void isReachedByTwelveBadSamplesAndNotByEleven() {
        Saturation saturation = new Saturation();

        assertThat(samples(saturation, 11, true)).isFalse();
        assertThat(saturation.sample(true)).isTrue();
    }

    @Test
    void isNotReachedBySteadyLoadWithABadSampleNowAndThen() {
        Saturation saturation = new Saturation();

        for (int i = 0; i < 1000; i++) {
            assertThat(saturation.sample(i % 2 == 0)).isFalse();
        }
    }

    @Test
    void lastsUntilThreeQuartersOfTheSamplesAreGood() {
        Saturation saturation = new Saturation();
        samples(saturation, 16, true);

        assertThat(samples(saturation, 11, false)).isTrue();
        assertThat(saturation.sample(false)).isFalse();
    }

    @Test
    void doesNotFlipBetweenItsTwoThresholds() {
        Saturation saturation = new Saturation();
        samples(saturation, 16, true);

        for (int i = 0; i < 1000; i++) {
            assertThat(saturation.sample(i % 2 == 0)).isTrue();
        }
    }
}
