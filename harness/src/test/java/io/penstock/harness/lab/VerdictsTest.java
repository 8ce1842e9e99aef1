// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each claim holds for what ought to come out, and fails for what ought not to. */
class VerdictsTest {
    private static final int PORTS = 1000;
    private static final int RATE = 500;
    private static final Map<String, Long> VALUES = Map.of("2-fin", 30L, "2-buckets", 5000L);

    private static StageRun run(String id, int timer, List<Sample> samples, List<Moment> moments) {
        var stage = new Stage(
                "penstock",
                id,
                "a stage",
                PORTS,
                RATE,
                80,
                Duration.ofSeconds(moments.size()),
                VALUES.getOrDefault(id, 0L),
                timer,
                0);
        return new StageRun(stage, samples, moments);
    }

    private static Sample sample(int second, long waiting, long opens, long recycled, long overflowed) {
        return new Sample(
                second * 1000L,
                waiting / 2,
                waiting - waiting / 2,
                1,
                1,
                4,
                opens,
                0,
                0,
                0,
                recycled,
                overflowed,
                second * 1000L);
    }

    private static List<Sample> samples(int seconds, long waiting, long opens, long recycled, long overflowed) {
        var samples = new ArrayList<Sample>();
        for (int i = 0; i <= seconds; i++) {
            samples.add(sample(
                    i, waiting * i / seconds, opens * i / seconds, recycled * i / seconds, overflowed * i / seconds));
        }
        return samples;
    }

    /** So many calls that succeed each second; the others of the rate fail for this cause. */
    private static List<Moment> moments(String cause, long... ok) {
        var moments = new ArrayList<Moment>();
        for (int i = 0; i < ok.length; i++) {
            Map<String, Long> failed = ok[i] < RATE ? Map.of(cause, RATE - ok[i]) : Map.of();
            moments.add(new Moment(i * 1000L, ok[i], 0, failed, 20, 25));
        }
        return moments;
    }

    private static List<Boolean> verdicts(StageRun run) {
        return Verdicts.of(run).stream().map(Finding::holds).toList();
    }

    @Test
    void theCeilingIsReachedAfterThePortsAreUsedUp() {
        var samples = samples(4, 2000, 2000, 0, 0);

        assertThat(verdicts(run("1", 59, samples, moments("no-local-port", 500, 500, 0, 0))))
                .containsExactly(true, true, true);
    }

    @Test
    void aGatewayThatNeverFailsHasNoCeiling() {
        assertThat(verdicts(run("1", 59, samples(4, 10, 10, 0, 0), moments("", 500, 500, 500, 500))))
                .containsExactly(false, false, false);
    }

    @Test
    void otherFailuresAreNotThoseOfPorts() {
        assertThat(verdicts(run("1", 59, samples(4, 2000, 2000, 0, 0), moments("unavailable", 500, 500, 0, 0))))
                .containsExactly(true, true, false);
    }

    @ParameterizedTest
    @CsvSource({"59, true", "60, true", "29, false", "0, false"})
    void finTimeoutLeavesTimeWaitAtSixtySeconds(int timer, boolean holds) {
        var run = run("2-fin", timer, samples(3, 2000, 2000, 0, 0), moments("no-local-port", 500, 500, 0));

        assertThat(verdicts(run)).containsExactly(holds, true);
    }

    @Test
    void aSettingThatRaisesTheCeilingIsSeen() {
        var run = run("2-cookies", 59, samples(4, 2000, 2000, 0, 0), moments("no-local-port", 500, 500, 500, 400));

        assertThat(verdicts(run)).containsExactly(false);
    }

    @Test
    void reuseServesEachPortOnceInASecond() {
        var narrow = new Stage("penstock", "2-reuse", "", 250, RATE, 80, Duration.ofSeconds(4), 1, 59, 0);
        var right = new StageRun(narrow, samples(4, 500, 2000, 1500, 0), moments("no-local-port", 300, 250, 250, 240));
        var none = new StageRun(narrow, samples(4, 500, 500, 0, 0), moments("no-local-port", 250, 0, 0, 0));
        var atOnce = new StageRun(narrow, samples(4, 500, 4000, 3000, 0), moments("no-local-port", 500, 500, 500, 499));

        assertThat(verdicts(right)).containsExactly(true, true);
        assertThat(verdicts(none)).containsExactly(false, true);
        assertThat(verdicts(atOnce)).containsExactly(true, false);
    }

    @ParameterizedTest
    @CsvSource({"5000, 3000, true", "8000, 3000, false", "5000, 0, false"})
    void bucketsDestroySocketsAndTheCounterShowsIt(long waiting, long overflowed, boolean holds) {
        assertThat(verdicts(run("2-buckets", 59, samples(4, waiting, 9000, 0, overflowed), moments("", 500, 500))))
                .containsExactly(holds);
    }

    @ParameterizedTest
    @CsvSource({"2000, 0, true", "0, 2000, true", "0, 0, false"})
    void togetherTheSettingsFreePorts(long recycled, long overflowed, boolean holds) {
        var run = run("2-all", 59, samples(4, 1000, 4000, recycled, overflowed), moments("", 500, 500, 500, 500));

        assertThat(verdicts(run)).containsExactly(holds);
    }

    @ParameterizedTest
    @CsvSource({"100, 1000, true, true", "1000, 1000, false, true", "100, 2000, true, false", "100, 500, true, false"})
    void aRedisPoolLeavesTheChurnToTheBackend(long redis, long backend, boolean kept, boolean churns) {
        var last = new Sample(2000, redis, backend, 40, 1, 4, 2000, 0, 0, 0, 0, 0, 1000);
        var run = run("3", 59, List.of(sample(0, 0, 0, 0, 0), last), moments("", 500, 500));

        assertThat(verdicts(run)).containsExactly(kept, churns);
    }

    @ParameterizedTest
    @CsvSource({"180, 500, true", "181, 500, false", "0, 0, false"})
    void poolsHoldWhatIsBelowTheirPlaces(long waiting, long ok, boolean holds) {
        var run = run("4", 59, samples(4, waiting, waiting, 0, 0), moments("unavailable", ok, 500));

        assertThat(verdicts(run)).containsExactly(holds);
    }

    @ParameterizedTest
    @CsvSource({"2000, true", "1500, true", "1400, false", "80, false"})
    void keepAliveStillChurnsAboveItsPlaces(long waiting, boolean holds) {
        assertThat(verdicts(run("4-rush", 59, samples(4, waiting, waiting, 0, 0), moments("", 500, 500, 500, 500))))
                .containsExactly(holds);
    }

    @Test
    void ourDefaultsOpenNothingOnceTheyRun() {
        var steady = List.of(sample(0, 0, 3, 0, 0), sample(1, 0, 3, 0, 0), sample(2, 0, 3, 0, 0));
        var churning = samples(4, 300, 300, 0, 0);

        assertThat(verdicts(run("5", 0, steady, moments("", 500, 500, 500)))).containsExactly(true, true, true);
        assertThat(verdicts(run("5", 0, churning, moments("unavailable", 500, 400, 500, 500))))
                .containsExactly(false, false, false);
    }
}
