// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.cluster.BulkheadConfig;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class BulkheadTest {
    private static final long SECOND = 1_000_000_000L;

    private static Bulkhead bulkhead(int active, int waiting, Duration timeout) {
        return new Bulkhead(new BulkheadConfig(active, waiting, timeout, Optional.<Duration>empty(), 1), 0);
    }

    private static Bulkhead adaptive() {
        return new Bulkhead(
                new BulkheadConfig(100, 0, Duration.ofSeconds(1), Optional.of(Duration.ofSeconds(1)), 10), 0);
    }

    @Test
    void hasSoManyPlacesAndNoMore() {
        Bulkhead bulkhead = bulkhead(2, 0, Duration.ofSeconds(1));

        assertThat(bulkhead.tryEnter()).isTrue();
        assertThat(bulkhead.tryEnter()).isTrue();
        assertThat(bulkhead.tryEnter()).isFalse();
        assertThat(bulkhead.tryWait()).isFalse();
        bulkhead.leave();

        assertThat(bulkhead.tryEnter()).isTrue();
        assertThat(bulkhead.refused()).isEqualTo(1);
    }

    @Test
    void givesAFreedPlaceToTheOneThatWaits() throws InterruptedException {
        Bulkhead bulkhead = bulkhead(1, 1, Duration.ofSeconds(10));
        bulkhead.tryEnter();
        assertThat(bulkhead.tryWait()).isTrue();
        assertThat(bulkhead.tryWait()).isFalse();
        var entered = new AtomicBoolean();
        var done = new CountDownLatch(1);
        Thread.startVirtualThread(() -> {
            try {
                entered.set(bulkhead.await());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            done.countDown();
        });

        bulkhead.leave();

        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(entered).isTrue();
        assertThat(bulkhead.active()).isEqualTo(1);
        assertThat(bulkhead.waiting()).isZero();
    }

    @Test
    void letsNobodyWaitLongerThanItsTime() throws InterruptedException {
        Bulkhead bulkhead = bulkhead(1, 1, Duration.ofMillis(20));
        bulkhead.tryEnter();
        bulkhead.tryWait();

        assertThat(bulkhead.await()).isFalse();
        assertThat(bulkhead.waiting()).isZero();
        assertThat(bulkhead.refused()).isEqualTo(1);
    }

    @Test
    void shrinksWhileAnswersAreSlowAndGrowsBackUnderUse() {
        Bulkhead bulkhead = adaptive();
        assertThat(bulkhead.places()).isEqualTo(100);

        bulkhead.measured(2 * SECOND, false, 2 * SECOND);
        bulkhead.measured(2 * SECOND, false, 2 * SECOND); // of the same time
        assertThat(bulkhead.places()).isEqualTo(90);
        bulkhead.measured(1, true, 4 * SECOND);
        assertThat(bulkhead.places()).isEqualTo(81);

        bulkhead.measured(1, false, 5 * SECOND); // hardly used: no reason to grow
        assertThat(bulkhead.places()).isEqualTo(81);
        while (bulkhead.tryEnter()) {
            assertThat(bulkhead.active()).isLessThanOrEqualTo(81);
        }
        for (int i = 0; i < 50; i++) {
            bulkhead.measured(1, false, 5 * SECOND);
        }
        assertThat(bulkhead.places()).isEqualTo(100);
    }

    @Test
    void neverShrinksBelowItsLeast() {
        Bulkhead bulkhead = adaptive();

        for (int i = 1; i < 100; i++) {
            bulkhead.measured(5 * SECOND, false, 2L * i * SECOND);
        }

        assertThat(bulkhead.places()).isEqualTo(10);
    }
}
