// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import static io.penstock.gateway.store.DecisionScene.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.store.DecisionScene.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every store promises of what is decided in it; {@link RedisDecisionsTest} has what only a server can do wrong. */
@Timeout(60)
class DecisionsTest {
    private static final Bucket FIVE = new Bucket(1, Duration.ofHours(1), 5);

    @TempDir
    static Path folder;

    @ParameterizedTest
    @EnumSource
    void hasAFullBucketAtFirstAndNoMore(Kind kind) throws Exception {
        try (DecisionScene scene = DecisionScene.of(kind, folder)) {
            Taken first = scene.take("a", FIVE, 1, 3);
            Taken second = scene.take("a", FIVE, 1, 3);
            Taken third = scene.take("a", FIVE, 1, 3);

            assertThat(first.tokens()).isEqualTo(3);
            assertThat(first.left()).isEqualTo(2);
            assertThat(first.granted()).isTrue();
            assertThat(first.again()).isZero();
            assertThat(first.full()).isBetween(Duration.ofMinutes(179), Duration.ofHours(3));
            assertThat(second.tokens()).isEqualTo(2);
            assertThat(second.left()).isZero();
            assertThat(third.granted()).isFalse();
            assertThat(third.left()).isZero();
            assertThat(third.again()).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
            assertThat(third.full()).isBetween(Duration.ofMinutes(299), Duration.ofHours(5));
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesNothingWhereThereIsLessThanTheLeast(Kind kind) throws Exception {
        try (DecisionScene scene = DecisionScene.of(kind, folder)) {
            scene.take("a", FIVE, 4, 4);

            Taken two = scene.take("a", FIVE, 2, 2);
            Taken one = scene.take("a", FIVE, 1, 1);

            assertThat(two.granted()).isFalse();
            assertThat(two.left()).isEqualTo(1);
            assertThat(two.again()).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
            assertThat(one.tokens()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsABucketForEachKey(Kind kind) throws Exception {
        try (DecisionScene scene = DecisionScene.of(kind, folder)) {
            for (int i = 0; i < 50; i++) {
                assertThat(scene.take("{a" + i + "}", FIVE, 5, 5).tokens()).isEqualTo(5);
            }
            for (int i = 0; i < 50; i++) {
                assertThat(scene.take("{a" + i + "}", FIVE, 1, 1).tokens()).isZero();
            }
        }
    }

    /** Over a third of a second, by the store's clock, whatever the machine does meanwhile. */
    @ParameterizedTest
    @EnumSource
    void letsInAsManyAsTheRateSays(Kind kind) throws Exception {
        try (DecisionScene scene = DecisionScene.of(kind, folder)) {
            Bucket bucket = new Bucket(1_999, Duration.ofSeconds(1), 20_000);
            scene.take("a", bucket, 20_000, 20_000);
            long before = scene.micros();
            long beforeLast = scene.micros();
            long taken = 0;
            for (int i = 0; i < 30; i++) {
                scene.pass(Duration.ofMillis(10));
                beforeLast = scene.micros();
                taken += scene.take("a", bucket, 1, 20_000).tokens();
            }
            long after = scene.micros();

            // the bucket was emptied a moment before it was asked what time it is
            assertThat(taken)
                    .isBetween(
                            (beforeLast - before) * 1_999 / 1_000_000,
                            (after - before + 20_000) * 1_999 / 1_000_000 + 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void saysWhenItIsWorthAskingAgain(Kind kind) throws Exception {
        try (DecisionScene scene = DecisionScene.of(kind, folder)) {
            Bucket bucket = new Bucket(1, Duration.ofSeconds(2), 1);
            scene.take("a", bucket, 1, 1);

            Taken refused = scene.take("a", bucket, 1, 1);
            assertThat(refused.granted()).isFalse();
            scene.pass(refused.again());

            assertThat(refused.again()).isLessThanOrEqualTo(Duration.ofSeconds(2));
            assertThat(scene.take("a", bucket, 1, 1).granted()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void holdsNoMoreThanItsBurstHoweverLongNobodyAsks(Kind kind) throws Exception {
        try (DecisionScene scene = DecisionScene.of(kind, folder)) {
            Bucket bucket = new Bucket(1_000, Duration.ofSeconds(1), 3);
            scene.take("a", bucket, 1, 1);
            scene.pass(Duration.ofMillis(100));

            assertThat(scene.take("a", bucket, 1, 100).tokens()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesBackWhatWasNotUsedButNotMoreThanFits(Kind kind) throws Exception {
        try (DecisionScene scene = DecisionScene.of(kind, folder)) {
            scene.take("a", FIVE, 5, 5);
            scene.decisions().giveBack("a", FIVE, 2);
            DecisionScene.until("given back", () -> scene.take("a", FIVE, 2, 2).granted());
            assertThat(scene.take("a", FIVE, 1, 1).granted()).isFalse();

            scene.decisions().giveBack("a", FIVE, 100);
            scene.decisions().giveBack("nobody's", FIVE, 100);
            DecisionScene.until(
                    "given back", () -> scene.take("a", FIVE, 5, 100).tokens() == 5);
            assertThat(scene.take("a", FIVE, 1, 1).granted()).isFalse();
            assertThat(scene.take("nobody's", FIVE, 1, 100).tokens()).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void grantsManyAtTheSameTimeNotOneTooMany(Kind kind) throws Exception {
        try (DecisionScene scene = DecisionScene.of(kind, folder)) {
            Bucket bucket = new Bucket(1, Duration.ofHours(1), 20);
            ConcurrentLinkedQueue<Taken> granted = new ConcurrentLinkedQueue<>();

            together(100, i -> {
                Taken taken = scene.take("a", bucket, 1, 1);
                if (taken.granted()) {
                    granted.add(taken);
                }
            });

            assertThat(granted).hasSize(20);
        }
    }

    @ParameterizedTest
    @EnumSource
    void sawAValueOnceUntilItsTimeIsOver(Kind kind) throws Exception {
        try (DecisionScene scene = DecisionScene.of(kind, folder)) {
            Decisions decisions = scene.decisions();

            assertThat(decisions.once("n-1", Duration.ofMillis(100), PATIENCE)).isTrue();
            assertThat(decisions.once("n-2", Duration.ofHours(1), PATIENCE)).isTrue();
            assertThat(decisions.once("n-2", Duration.ofHours(1), PATIENCE)).isFalse();
            scene.pass(Duration.ofMillis(101));
            assertThat(decisions.once("n-1", Duration.ofHours(1), PATIENCE)).isTrue();
            assertThat(decisions.once("n-1", Duration.ofHours(1), PATIENCE)).isFalse();
            assertThat(decisions.once("n-2", Duration.ofHours(1), PATIENCE)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneOfManyAtTheSameTimeIsTheFirst(Kind kind) throws Exception {
        try (DecisionScene scene = DecisionScene.of(kind, folder)) {
            ConcurrentLinkedQueue<Integer> first = new ConcurrentLinkedQueue<>();

            together(100, i -> {
                if (scene.decisions().once("n" + i % 10, Duration.ofHours(1), PATIENCE)) {
                    first.add(i % 10);
                }
            });

            assertThat(first).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        }
    }

    private static void together(int count, IntConsumer step) throws InterruptedException {
        CountDownLatch begin = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    begin.await();
                    step.accept(number);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        begin.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
