// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each claim holds for what ought to come out, and fails for what ought not to. */
class VerdictsTest {
    private static final int PORTS = 1000;
    private static final int RATE = 500;
    private static final Map<String, Long> VALUES = Map.of("2-fin", 30L, "2-buckets", 5000L);

    private static StageRun run(String id, int timer, List<Sample> samples, List<Moment> moments) {
        return new StageRun(stage(id, PORTS, moments.size(), timer), samples, moments);
    }

    private static Stage stage(String id, int ports, int seconds, int timer) {
        return new Stage(
                "penstock",
                id,
                "a stage",
                ports,
                RATE,
                80,
                Duration.ofSeconds(seconds),
                VALUES.getOrDefault(id, 0L),
                timer);
    }

    private static Sample sample(int second, long waiting, long opens, long recycled, long overflowed) {
        return sample(second, waiting / 2, waiting - waiting / 2, opens, recycled, overflowed, 90);
    }

    /** The machine has two processors, so idle in hundredths of their time. */
    private static Sample sample(
            int second, long redis, long backend, long opens, long recycled, long overflowed, int idle) {
        return new Sample(
                second * 1000L,
                Map.of("redis", Map.of("TIME_WAIT", redis), "backend", Map.of("TIME_WAIT", backend)),
                Map.of(Counter.ACTIVE_OPENS, opens, Counter.RECYCLED, recycled, Counter.OVERFLOWED, overflowed),
                second * 1000L,
                second * 2_000_000L,
                second * 20_000L * idle);
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
        return load(cause, 20, 0, 3, ok);
    }

    private static List<Moment> load(String cause, long inFlight, long crowded, double late, long... ok) {
        var moments = new ArrayList<Moment>();
        for (int i = 0; i < ok.length; i++) {
            Map<String, Long> failed = ok[i] < RATE ? Map.of(cause, RATE - ok[i]) : Map.of();
            moments.add(new Moment(i * 1000L, ok[i], 0, failed, 20, 25, inFlight, crowded, late));
        }
        return moments;
    }

    private static List<Outcome> outcomes(StageRun run) {
        return Verdicts.of(run).stream().map(Finding::outcome).toList();
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
                .containsExactly(false, true, false);
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
        var narrow = stage("2-reuse", 250, 4, 59);
        var right = new StageRun(narrow, samples(4, 500, 2000, 1500, 0), moments("no-local-port", 300, 250, 250, 240));
        var none = new StageRun(narrow, samples(4, 500, 500, 0, 0), moments("no-local-port", 250, 0, 0, 0));
        var atOnce = new StageRun(narrow, samples(4, 500, 4000, 3000, 0), moments("no-local-port", 500, 500, 500, 499));

        assertThat(verdicts(right)).containsExactly(true, true);
        assertThat(verdicts(none)).containsExactly(false, false);
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
    @CsvSource({"40, 1000, true, true", "1000, 1000, false, true", "40, 2000, true, false", "40, 500, true, false"})
    void aRedisPoolLeavesTheChurnToTheBackend(long redis, long backend, boolean kept, boolean churns) {
        var last = sample(2, redis, backend, 2000, 0, 0, 90);
        var run = run("3", 59, List.of(sample(0, 0, 0, 0, 0), last), moments("", 500, 500));

        assertThat(verdicts(run)).containsExactly(kept, churns);
    }

    @ParameterizedTest
    @CsvSource({
        "80, 0, 500, true",
        "81, 0, 500, false",
        "280, 50, 500, true",
        "281, 50, 500, false",
        "80, 60, 500, false",
        "80, 0, 300, false"
    })
    void poolsHoldWhatIsBelowTheirPlaces(long waiting, long crowded, long ok, boolean holds) {
        // Of a thousand calls; each that began above the pools' places may cost a connection to both.
        var moments = load("unavailable", 45, crowded, 3, ok, 500);
        var run = run("4", 59, samples(4, waiting, waiting, 0, 0), moments);

        assertThat(verdicts(run)).containsExactly(holds);
    }

    @ParameterizedTest
    @CsvSource({"2000, 250, true", "1500, 250, true", "1400, 250, false", "80, 250, false", "2000, 50, false"})
    void keepAliveStillChurnsAboveItsPlaces(long waiting, long crowded, boolean holds) {
        var moments = load("", 80, crowded, 3, 500, 500, 500, 500);

        assertThat(verdicts(run("4-rush", 59, samples(4, waiting, waiting, 0, 0), moments)))
                .containsExactly(holds);
    }

    @ParameterizedTest
    @CsvSource({"90, 3, FAILS", "25, 150, FAILS", "24, 3, UNJUDGED", "90, 151, UNJUDGED"})
    void nothingFailsForWantOfProcessors(int idle, double late, Outcome outcome) {
        var samples = List.of(sample(0, 0, 0, 0, 0, 0, idle), sample(2, 500, 500, 1000, 0, 0, idle));

        assertThat(outcomes(run("4", 59, samples, load("", 300, 400, late, 500, 500))))
                .containsExactly(outcome);
        assertThat(Verdicts.of(run("4", 59, samples, load("", 300, 400, late, 500, 500)))
                        .getFirst()
                        .why())
                .isEqualTo(
                        outcome == Outcome.FAILS
                                ? ""
                                : "the machine was too busy to judge this: "
                                        + (idle < 25 ? "24 % idle" : "calls up to 151 ms late"));
    }

    @Test
    void whatWasShownHoldsOnABusyMachineToo() {
        var samples = List.of(sample(0, 0, 0, 0, 0, 0, 0), sample(4, 1000, 1000, 2000, 0, 0, 0));

        assertThat(outcomes(run("1", 59, samples, load("no-local-port", 500, 0, 900, 500, 500, 0, 0))))
                .containsOnly(Outcome.HOLDS);
    }

    @ParameterizedTest
    @CsvSource({"2-fin, 1", "3, 0"})
    void onlyStageTwoIsAboutTheKernel(String id, int claims) {
        var run = run(id, 59, samples(4, 2000, 2000, 0, 0), moments("no-local-port", 500, 500, 0, 0));
        var lab = new LabRun("6.18", "", "", true, false, "", List.of(run));

        assertThat(Verdicts.of(lab))
                .filteredOn(finding -> finding.subject().equals("kernel"))
                .hasSize(claims);
    }

    @ParameterizedTest
    @CsvSource({"HOLDS HOLDS, HOLDS", "HOLDS UNJUDGED, UNJUDGED", "UNJUDGED FAILS HOLDS, FAILS"})
    void theWorstOutcomeCounts(String each, Outcome worst) {
        var findings = Stream.of(each.split(" ", -1))
                .map(name -> new Finding("", "", "", "", "", Outcome.valueOf(name), ""))
                .toList();

        assertThat(Outcome.of(findings)).isEqualTo(worst);
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
