// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class IdleAgeTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void knowsNoLimitAtFirst() {
        IdleAge age = new IdleAge();

        assertThat(age.limitNanos(true, 0)).isEqualTo(Long.MAX_VALUE);
        assertThat(age.erratic(0)).isFalse();
    }

    @Test
    void staysBelowTheYoungestAgeSeen() {
        IdleAge age = new IdleAge();

        age.closed(60 * SECOND, 100 * SECOND);
        age.closed(5 * SECOND, 101 * SECOND);
        age.closed(30 * SECOND, 102 * SECOND);

        assertThat(age.limitNanos(true, 103 * SECOND)).isEqualTo(5 * SECOND - 5 * SECOND / 8);
        assertThat(age.erratic(103 * SECOND)).isFalse();
    }

    @Test
    void takesOneEarlyEndOfManyConnectionsForAStoppedProcess() {
        IdleAge age = new IdleAge();

        for (int i = 0; i < 50; i++) {
            age.closed(0, SECOND + i);
        }

        assertThat(age.erratic(2 * SECOND)).isFalse();
        assertThat(age.limitNanos(true, 2 * SECOND)).isEqualTo(Long.MAX_VALUE);
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
        assertThat(age.limitNanos(true, 303 * SECOND)).isEqualTo(Long.MAX_VALUE);
    }

    /** Ten connections that were idle for 5 s. */
    private static IdleAge proven() {
        IdleAge age = new IdleAge();
        for (int i = 0; i < 10; i++) {
            age.open(0, 5 * SECOND, 0);
        }
        return age;
    }

    @Test
    void trustsNoEndpointWithARequestThatMayNotBeRepeatedBeforeConnectionsWereSeenToStay() {
        IdleAge age = new IdleAge();

        assertThat(age.limitNanos(false, 0)).isEqualTo(IdleAge.NONE);
        for (int i = 0; i < 9; i++) {
            age.open(0, SECOND / 2, 0);
            age.open(SECOND / 2, 60 * SECOND, 0);
        }
        assertThat(age.limitNanos(false, 0)).as("9 s below the early age").isEqualTo(IdleAge.NONE);
        age.open(0, SECOND, 0);

        assertThat(age.limitNanos(false, 0)).isEqualTo(60 * SECOND - 60 * SECOND / 8);
    }

    @Test
    void staysBelowWhatWasOutlivedWithARequestThatMayNotBeRepeated() {
        IdleAge age = proven();

        assertThat(age.limitNanos(false, 0)).isEqualTo(5 * SECOND - 5 * SECOND / 8);
        age.open(5 * SECOND, 8 * SECOND, 0);
        assertThat(age.limitNanos(false, 0)).isEqualTo(7 * SECOND);
        age.closed(4 * SECOND, SECOND);

        assertThat(age.limitNanos(false, SECOND)).isEqualTo(4 * SECOND - 4 * SECOND / 8);
        assertThat(age.limitNanos(false, 400 * SECOND))
                .as("the other limit is forgotten")
                .isEqualTo(4 * SECOND - 4 * SECOND / 8);
    }

    @Test
    void wantsTheProofAnewAfterAnEarlyEnd() {
        IdleAge age = proven();

        age.closed(0, SECOND);
        for (int i = 0; i < 20; i++) {
            age.open(0, SECOND, SECOND);
        }
        assertThat(age.limitNanos(false, SECOND))
                .as("they were idle before that end")
                .isEqualTo(IdleAge.NONE);
        for (int i = 0; i < 20; i++) {
            age.open(0, SECOND, 2 * SECOND);
        }

        assertThat(age.limitNanos(false, 2 * SECOND)).isPositive();
    }

    @Test
    void neverTrustsWhatIsErratic() {
        IdleAge age = new IdleAge();
        age.closed(0, SECOND);
        age.closed(0, 2 * SECOND);

        for (int i = 0; i < 20; i++) {
            age.open(0, SECOND, 3 * SECOND);
        }

        assertThat(age.limitNanos(false, 3 * SECOND)).isEqualTo(IdleAge.NONE);
    }

    /** Of a pool that is always full, nothing is ever idle for long. */
    @Test
    void takesManyLooksForAProof() {
        IdleAge age = new IdleAge();

        for (int i = 0; i < 10_000; i++) {
            assertThat(age.limitNanos(false, 0)).isEqualTo(IdleAge.NONE);
            age.open(0, 0, 0);
        }

        assertThat(age.limitNanos(false, 0)).isZero();
    }
}
