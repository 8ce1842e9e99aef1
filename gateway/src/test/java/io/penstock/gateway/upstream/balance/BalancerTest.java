// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.penstock.gateway.config.cluster.BalancerConfig;
import io.penstock.gateway.config.cluster.BalancerConfig.Policy;
import io.penstock.gateway.config.cluster.HashOn;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BalancerTest {
    private static final long MILLI = 1_000_000;
    private static final long DECAY = Duration.ofSeconds(10).toNanos();

    private long now = 1_000 * MILLI;
    private Load[] loads = {};

    private Balancer balancer(Policy policy, double... weights) {
        loads = new Load[weights.length];
        long[] ids = new long[weights.length];
        for (int i = 0; i < weights.length; i++) {
            loads[i] = new Load(DECAY, now);
            ids[i] = Hashing.of("10.0.0." + i + ":80");
        }
        var config = new BalancerConfig(
                policy, HashOn.parse("path"), 125, "c", Duration.ofNanos(DECAY), Optional.<Duration>empty());
        return new Balancers(config, new SplittableRandom(42)).over(ids, loads, weights, new AtomicInteger());
    }

    /** Attempts one after the other, each of so many milliseconds at its endpoint; how many each endpoint got. */
    private int[] serve(Balancer balancer, int attempts, long... millis) {
        int[] got = new int[loads.length];
        var keys = new SplittableRandom(7);
        for (int i = 0; i < attempts; i++) {
            int place = balancer.pick(keys.nextLong(), Excluded.NONE, now);
            got[place]++;
            loads[place].begin();
            now += millis[place] * MILLI;
            loads[place].measured(millis[place] * MILLI, false, now);
            loads[place].end();
        }
        return got;
    }

    @ParameterizedTest
    @EnumSource(Policy.class)
    void givesSharesThatFollowTheWeights(Policy policy) {
        Balancer balancer = balancer(policy, 1, 2, 5);

        int[] got = serve(balancer, 8_000, 1, 1, 1);

        assertThat(got[0]).isCloseTo(1_000, within(250));
        assertThat(got[1]).isCloseTo(2_000, within(400));
        assertThat(got[2]).isCloseTo(5_000, within(500));
    }

    @ParameterizedTest
    @EnumSource(
            value = Policy.class,
            names = {"PEAK_EWMA", "LEAST_REQUESTS"})
    void givesSharesThatFollowTheWeightsUnderLoad(Policy policy) {
        Balancer balancer = balancer(policy, 1, 3);

        for (int i = 0; i < 400; i++) { // all in flight
            loads[balancer.pick(0, Excluded.NONE, now)].begin();
        }

        assertThat(loads[0].active()).isCloseTo(100, within(15));
    }

    @ParameterizedTest
    @EnumSource(Policy.class)
    void worksWithoutStatisticsAndWithOneEndpoint(Policy policy) {
        Balancer balancer = balancer(policy, 7);

        assertThat(balancer.pick(1, Excluded.NONE, now)).isZero();
        assertThat(balancer.pick(1, place -> true, now)).isEqualTo(Balancer.NONE);
    }

    @ParameterizedTest
    @EnumSource(Policy.class)
    void neverPicksWhatIsExcluded(Policy policy) {
        Balancer balancer = balancer(policy, 1, 1, 1, 1);
        var keys = new SplittableRandom(1);

        for (int i = 0; i < 200; i++) {
            assertThat(balancer.pick(keys.nextLong(), place -> place != 2, now)).isEqualTo(2);
            assertThat(balancer.pick(keys.nextLong(), place -> true, now)).isEqualTo(Balancer.NONE);
        }
    }

    @ParameterizedTest
    @EnumSource(Policy.class)
    void allocatesNothingForAPick(Policy policy) {
        Balancer balancer = balancer(policy, 1, 2, 3, 4);
        serve(balancer, 20_000, 1, 1, 1, 1);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().threadId();

        long before = threads.getThreadAllocatedBytes(thread);
        long sum = 0;
        for (int i = 0; i < 10_000; i++) {
            sum += balancer.pick(i, Excluded.NONE, now);
        }
        long allocated = threads.getThreadAllocatedBytes(thread) - before;

        assertThat(sum).isPositive();
        assertThat(allocated).isLessThan(10_000); // less than a byte for each
    }

    @Test
    void spreadsTurnsEvenly() {
        Balancer balancer = balancer(Policy.ROUND_ROBIN, 5, 1, 1);
        var order = new StringBuilder();

        for (int i = 0; i < 14; i++) {
            order.append((char) ('a' + balancer.pick(0, Excluded.NONE, now)));
        }

        assertThat(order).hasToString("aabacaaaabacaa");
    }

    @ParameterizedTest
    @EnumSource(
            value = Policy.class,
            names = {"PEAK_EWMA", "WEIGHTED_RANDOM"})
    void takesTrafficFromAnEndpointThatGetsSlow(Policy policy) {
        Balancer balancer = balancer(policy, 1, 1, 1);
        serve(balancer, 300, 2, 2, 2);

        int[] got = serve(balancer, 300, 2, 2, 500);

        assertThat(got[2]).isBetween(policy == Policy.PEAK_EWMA ? 1 : 3, 45);
    }

    @Test
    void avoidsAnEndpointAfterOneSlowAnswer() {
        Balancer balancer = balancer(Policy.PEAK_EWMA, 1, 1);
        serve(balancer, 50, 2, 2);

        loads[0].measured(300 * MILLI, false, now);

        for (int i = 0; i < 50; i++) {
            assertThat(balancer.pick(0, Excluded.NONE, now)).isEqualTo(1);
        }
    }

    @Test
    void triesAnEndpointAgainWhenItsSlownessHasFaded() {
        Balancer balancer = balancer(Policy.PEAK_EWMA, 1, 1);
        serve(balancer, 50, 2, 2);
        loads[0].measured(300 * MILLI, false, now);

        int[] got = new int[2];
        for (int i = 0; i < 100; i++) {
            now += 1_000 * MILLI;
            int place = balancer.pick(0, Excluded.NONE, now);
            got[place]++;
            loads[place].measured(2 * MILLI, false, now);
        }

        assertThat(got[0]).isGreaterThan(10);
    }

    @Test
    void doesNotTakeAnEndpointThatFailsFastForAFastOne() {
        Balancer balancer = balancer(Policy.PEAK_EWMA, 1, 1);
        serve(balancer, 50, 5, 5);

        loads[0].measured(MILLI / 10, true, now);

        for (int i = 0; i < 50; i++) {
            assertThat(balancer.pick(0, Excluded.NONE, now)).isEqualTo(1);
        }
    }

    @Test
    void doesNotFloodAnEndpointThatItDoesNotKnow() {
        Balancer balancer = balancer(Policy.PEAK_EWMA, 1, 1);
        serve(balancer, 1, 5, 5);
        int known = loads[0].measured() ? 0 : 1;

        for (int i = 0; i < 20; i++) {
            loads[balancer.pick(0, Excluded.NONE, now)].begin();
        }

        assertThat(loads[1 - known].active()).isEqualTo(1);
    }

    @Test
    void leavesATrickleToTheWorstEndpointOfAWeightedDraw() {
        Balancer balancer = balancer(Policy.WEIGHTED_RANDOM, 1, 1, 1, 1);
        for (int i = 0; i < 100; i++) {
            now += MILLI;
            loads[0].measured(5_000 * MILLI, true, now);
            loads[1].measured(MILLI, false, now);
            loads[2].measured(MILLI, false, now);
            loads[3].measured(MILLI, false, now);
        }

        int[] got = new int[4];
        for (int i = 0; i < 10_000; i++) {
            got[balancer.pick(0, Excluded.NONE, now)]++;
        }

        assertThat(got[0]).isBetween(100, 500);
        assertThat(got[1]).isCloseTo(3_250, within(300));
    }

    @Test
    void keepsKeysAtTheirEndpointWhenAnotherLeaves() {
        String[] names = {"a:1", "b:1", "c:1", "d:1", "e:1"};
        Balancer before = ring(names);
        Balancer after = ring("a:1", "b:1", "d:1", "e:1");
        String[] left = {"a:1", "b:1", "d:1", "e:1"};
        int moved = 0;

        for (int key = 0; key < 10_000; key++) {
            String was = names[before.pick(Hashing.of("user " + key), Excluded.NONE, now)];
            String is = left[after.pick(Hashing.of("user " + key), Excluded.NONE, now)];
            if (!was.equals("c:1")) {
                assertThat(is).isEqualTo(was);
            } else {
                moved++;
            }
        }

        assertThat(moved).isCloseTo(2_000, within(500));
    }

    private Balancer ring(String... names) {
        Load[] idle = Arrays.stream(names).map(name -> new Load(DECAY, now)).toArray(Load[]::new);
        double[] shares = new double[names.length];
        Arrays.fill(shares, 1);
        return new ConsistentHashBalancer(
                Arrays.stream(names).mapToLong(Hashing::of).toArray(), idle, shares, 1.25);
    }

    @Test
    void boundsTheLoadOfAPopularKey() {
        Balancer balancer = balancer(Policy.CONSISTENT_HASH, 1, 1, 1, 1);

        for (int i = 0; i < 400; i++) {
            loads[balancer.pick(17, Excluded.NONE, now)].begin();
        }

        int[] active = Arrays.stream(loads).mapToInt(Load::active).sorted().toArray();
        assertThat(active[3]).isLessThanOrEqualTo(126);
        assertThat(active[3]).isGreaterThan(110);
    }
}
