// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.cluster.BreakerConfig;
import io.penstock.gateway.lookup.MovableClock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BreakerTest {
    private final MovableClock clock = new MovableClock();

    private Breaker breaker(Optional<Integer> rate, int trialFailures) {
        return new Breaker(
                "test",
                new BreakerConfig(
                        BreakerConfig.Scope.CLUSTER,
                        10,
                        rate,
                        20,
                        Duration.ofSeconds(10),
                        Optional.<Duration>empty(),
                        Duration.ofSeconds(30),
                        5,
                        trialFailures),
                clock);
    }

    private Breaker counting() {
        return breaker(Optional.<Integer>empty(), 1);
    }

    private static void calls(Breaker breaker, int count, boolean failed) {
        for (int i = 0; i < count; i++) {
            breaker.result(breaker.acquire(), failed);
        }
    }

    private Breaker opened() {
        Breaker breaker = counting();
        calls(breaker, 10, true);
        assertThat(breaker.state()).isEqualTo("open");
        return breaker;
    }

    private void waitUntilTrials() {
        clock.forward(Duration.ofMillis(30_001));
    }

    @Test
    void opensWithTheTenthFailureHoweverManyCallsSucceed() {
        Breaker breaker = counting();

        calls(breaker, 1_000, false);
        calls(breaker, 9, true);
        calls(breaker, 1_000, false);
        assertThat(breaker.state()).isEqualTo("closed");
        calls(breaker, 1, true);

        assertThat(breaker.state()).isEqualTo("open");
        assertThat(breaker.acquire()).isEqualTo(Breaker.REFUSED);
        assertThat(breaker.opened()).isEqualTo(1);
        assertThat(breaker.refused()).isEqualTo(1);
    }

    @Test
    void forgetsFailuresOlderThanItsWindow() {
        Breaker breaker = counting();

        for (int i = 0; i < 100; i++) {
            calls(breaker, 1, true);
            clock.forward(Duration.ofMillis(1_200));
        }

        assertThat(breaker.state()).isEqualTo("closed");
    }

    @Test
    void letsTrialCallsThroughAfterItsTimeAndNotBefore() {
        Breaker breaker = opened();
        clock.forward(Duration.ofMillis(29_999));
        assertThat(breaker.acquire()).isEqualTo(Breaker.REFUSED);

        clock.forward(Duration.ofMillis(2));

        for (int i = 0; i < 5; i++) {
            assertThat(breaker.acquire()).isNotIn(Breaker.REFUSED, Breaker.CLOSED);
        }
        assertThat(breaker.acquire()).isEqualTo(Breaker.REFUSED);
        assertThat(breaker.state()).isEqualTo("half-open");
    }

    @Test
    void closesWhenEveryTrialCallHasSucceeded() {
        Breaker breaker = opened();
        waitUntilTrials();

        calls(breaker, 4, false);
        assertThat(breaker.state()).isEqualTo("half-open");
        calls(breaker, 1, false);

        assertThat(breaker.state()).isEqualTo("closed");
        calls(breaker, 9, true); // what was before counts no more
        assertThat(breaker.state()).isEqualTo("closed");
    }

    @Test
    void opensAgainWithAFailedTrialCall() {
        Breaker breaker = opened();
        waitUntilTrials();

        calls(breaker, 3, false);
        calls(breaker, 1, true);

        assertThat(breaker.state()).isEqualTo("open");
        assertThat(breaker.acquire()).isEqualTo(Breaker.REFUSED);
        assertThat(breaker.opened()).isEqualTo(2);
    }

    @Test
    void allowsAsManyFailedTrialCallsAsConfigured() {
        Breaker breaker = breaker(Optional.<Integer>empty(), 3);
        calls(breaker, 10, true);
        waitUntilTrials();

        calls(breaker, 2, true);
        calls(breaker, 3, false);

        assertThat(breaker.state()).isEqualTo("closed");
    }

    @Test
    void givesATrialCallThatShowedNothingToAnother() {
        Breaker breaker = opened();
        waitUntilTrials();

        for (int i = 0; i < 50; i++) {
            breaker.release(breaker.acquire());
        }
        calls(breaker, 5, false);

        assertThat(breaker.state()).isEqualTo("closed");
    }

    @Test
    void opensAgainWhenTrialCallsShowNothingForTooLong() {
        Breaker breaker = opened();
        waitUntilTrials();
        for (int i = 0; i < 5; i++) {
            breaker.acquire();
        }

        breaker.upkeep();
        assertThat(breaker.state()).isEqualTo("half-open");
        waitUntilTrials();
        breaker.upkeep();

        assertThat(breaker.state()).isEqualTo("open");
    }

    @Test
    void ignoresResultsOfAnEarlierTimeHalfOpen() {
        Breaker breaker = opened();
        waitUntilTrials();
        long late = breaker.acquire();
        calls(breaker, 1, true);
        waitUntilTrials();
        calls(breaker, 1, false);

        breaker.result(late, true);

        assertThat(breaker.state()).isEqualTo("half-open");
    }

    @Test
    void ignoresFailuresOfCallsThatBeganWhileItWasClosedOnceItTries() {
        Breaker breaker = counting();
        long early = breaker.acquire();
        calls(breaker, 10, true);
        waitUntilTrials();
        calls(breaker, 1, false);

        breaker.result(early, true);

        assertThat(breaker.state()).isEqualTo("half-open");
    }

    @Test
    void opensByTheRateWhenOneIsConfigured() {
        Breaker breaker = breaker(Optional.of(50), 1);

        calls(breaker, 10, false);
        calls(breaker, 9, true);
        assertThat(breaker.state()).isEqualTo("closed"); // too few calls for a rate
        calls(breaker, 1, true);

        assertThat(breaker.state()).isEqualTo("open");
    }

    @Test
    void staysClosedBelowTheRate() {
        Breaker breaker = breaker(Optional.of(50), 1);

        for (int i = 0; i < 200; i++) {
            calls(breaker, 3, false);
            calls(breaker, 2, true);
        }

        assertThat(breaker.state()).isEqualTo("closed");
    }
}
