// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IdleAgeTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void knowsNoLimitAtFirst() {
        IdleAge age = new IdleAge();

        assertThat(age.limitNanos(0)).isEqualTo(Long.MAX_VALUE);
        assertThat(age.erratic(0)).isFalse();
    }

    @Test
    void staysBelowTheYoungestAgeSeen() {
        IdleAge age = new IdleAge();

        age.closed(60 * SECOND, 100 * SECOND);
        age.closed(5 * SECOND, 101 * SECOND);
        age.closed(30 * SECOND, 102 * SECOND);

        assertThat(age.limitNanos(103 * SECOND)).isEqualTo(5 * SECOND - 5 * SECOND / 8);
        assertThat(age.erratic(103 * SECOND)).isFalse();
    }

    @Test
    void takesOneEarlyEndOfManyConnectionsForAStoppedProcess() {
        IdleAge age = new IdleAge();

        for (int i = 0; i < 50; i++) {
            age.closed(0, SECOND + i);
        }

        assertThat(age.erratic(2 * SECOND)).isFalse();
        assertThat(age.limitNanos(2 * SECOND)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void callsAnEndpointErraticThatClosesEarlyAgainAndAgain() {
        IdleAge age = new IdleAge();

        age.closed(0, SECOND);
        age.closed(0, 2 * SECOND);

        assertThat(age.erratic(3 * SECOND)).isTrue();
    }

    @Test
    void forgetsWhatWasNotSeenForFiveMinutes() {
        IdleAge age = new IdleAge();
        age.closed(0, SECOND);
        age.closed(0, 2 * SECOND);
        age.closed(5 * SECOND, 2 * SECOND);

        assertThat(age.erratic(303 * SECOND)).isFalse();
        assertThat(age.limitNanos(303 * SECOND)).isEqualTo(Long.MAX_VALUE);
    }
}
