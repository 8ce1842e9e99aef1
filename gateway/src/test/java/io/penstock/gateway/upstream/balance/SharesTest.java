// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SharesTest {

    @Test
    void givesEverythingToTheFirstLevelWhileItIsMostlyWell() {
        assertThat(Shares.of(new int[] {8, 10}, new int[] {10, 10})).containsExactly(100, 0);
        assertThat(Shares.enough(new int[] {8, 10}, new int[] {10, 10})).isTrue();
    }

    @Test
    void letsWhatALevelCannotTakeOverflow() {
        assertThat(Shares.of(new int[] {5, 10}, new int[] {10, 10})).containsExactly(70, 30);
        assertThat(Shares.of(new int[] {0, 5, 5}, new int[] {10, 10, 10})).containsExactly(0, 70, 30);
    }

    @Test
    void spreadsEverythingOverWhatIsLeft() {
        assertThat(Shares.of(new int[] {1, 1}, new int[] {10, 10})).containsExactly(50, 50);
        assertThat(Shares.of(new int[] {1, 0}, new int[] {3, 3})).containsExactly(100, 0);
        assertThat(Shares.enough(new int[] {1, 1}, new int[] {10, 10})).isFalse();
    }

    @Test
    void hasNothingToGiveWhenNothingCanBeUsed() {
        assertThat(Shares.of(new int[] {0, 0}, new int[] {3, 3})).containsExactly(0, 0);
    }
}
