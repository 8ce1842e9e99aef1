// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.harness.backend.Backends;
import io.penstock.harness.call.Kind;
import io.penstock.harness.wire.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoadRunTest {

    private static final LoadPlan.Loop CLOSED = new LoadPlan.Loop.Closed(4);

    private static Backends backends;

    @BeforeAll
    static void start() throws Exception {
        backends = Backends.start(Backends.Ports.any());
    }

    @AfterAll
    static void stop() {
        backends.close();
    }

    private static InetSocketAddress backend() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), backends.grpcA());
    }

    private static LoadPlan plan(InetSocketAddress to, LoadPlan.Loop loop, Kind kind, Field... fields) {
        return new LoadPlan(
                to,
                loop,
                2,
                kind,
                3,
                100,
                List.of("demo-1"),
                List.of(fields),
                Duration.ofMillis(600),
                Duration.ofMillis(100),
                Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @EnumSource(names = "GET", mode = EnumSource.Mode.EXCLUDE)
    void runsEachKindInAClosedLoop(Kind kind) throws Exception {
        var report = new LoadRun(plan(backend(), CLOSED, kind)).run();

        assertThat(report.requests()).isGreaterThanOrEqualTo(4);
        assertThat(report.errors()).isZero();
        assertThat(report.byStatus()).containsOnlyKeys("OK");
        assertThat(report.byBackend()).isEqualTo(Map.of("a", report.requests()));
        assertThat(report.latency().getTotalCount()).isEqualTo(report.requests());
    }

    @Test
    void keepsTheRateItWasAskedFor() throws Exception {
        var report = new LoadRun(plan(backend(), new LoadPlan.Loop.Open(200, false, 1, 1000), Kind.UNARY)).run();

        assertThat(report.requests() + report.unsent()).isBetween(119L, 121L);
        assertThat(report.errors()).isZero();
    }

    @Test
    void beginsCallsTogetherAndCountsThemBySecondAndCause() throws Exception {
        var bursts = new LoadPlan.Loop.Open(200, 20, false, 1, 1000, 1000);
        var run = new LoadRun(plan(
                backend(),
                bursts,
                Kind.UNARY,
                new Field("echo-trailer-x-penstock-cause", "no-local-port"),
                new Field("echo-status", "UNAVAILABLE")));

        var report = run.run();

        assertThat(report.requests()).isIn(120L, 140L);
        assertThat(run.seconds().stream().mapToLong(LoadSecond::ok).sum()).isZero();
        assertThat(run.seconds().stream()
                        .mapToLong(second -> second.failed().getOrDefault("no-local-port", 0L))
                        .sum())
                .isEqualTo(report.requests());
    }

    @Test
    void countsCallsThatBeginWhileEveryPlaceIsTaken() throws Exception {
        // A burst in the warm-up and a second one, whose last 20 calls find more than 50 in flight.
        var loop = new LoadPlan.Loop.Open(100, 35, false, 1, 1000, 50);
        var run = new LoadRun(plan(backend(), loop, Kind.UNARY, new Field("echo-delay-ms", "2000")));

        var report = run.run();

        assertThat(report.requests()).isEqualTo(35);
        assertThat(run.seconds()).hasSize(1);
        assertThat(run.seconds().getFirst().inFlight()).isEqualTo(70);
        assertThat(run.seconds().getFirst().crowded()).isEqualTo(20);
        assertThat(run.seconds().getFirst().lateMillis()).isPositive();
    }

    @Test
    void drawsTheSameExponentialGapsFromTheSameSeed() throws Exception {
        var poisson = new LoadPlan.Loop.Open(200, true, 7, 1000);

        var first = new LoadRun(plan(backend(), poisson, Kind.UNARY)).run();
        var second = new LoadRun(plan(backend(), poisson, Kind.UNARY)).run();

        assertThat(first.requests()).isEqualTo(second.requests()).isBetween(60L, 200L);
    }

    @Test
    void seesAStallInEachCallThatShouldHaveBegunMeanwhile() throws Exception {
        var stall = Duration.ofMillis(500);
        try (var relay = new StallingRelay(backend(), 10_000, stall)) {
            // One in flight: the stalled call keeps the driver itself from sending, which must not hide the others.
            var loop = new LoadPlan.Loop.Open(200, false, 1, 1);
            var plan = new LoadPlan(
                    relay.address(),
                    loop,
                    1,
                    Kind.UNARY,
                    1,
                    100,
                    List.of(),
                    List.of(),
                    Duration.ofMillis(1500),
                    Duration.ZERO,
                    Duration.ofSeconds(10));

            var report = new LoadRun(plan).run();

            assertThat(report.errors()).isZero();
            assertThat(report.requests()).isEqualTo(300);
            assertThat(report.millisAt(100)).isGreaterThanOrEqualTo((double) stall.toMillis());
            // 500 ms at 200 calls/s are 100 of the 300 calls, evenly late; one call alone would leave p90 untouched.
            assertThat(report.millisAt(90)).isGreaterThanOrEqualTo(300);
        }
    }

    @Test
    void countsErrorsByStatus() throws Exception {
        var field = new Field("echo-status", "RESOURCE_EXHAUSTED full");

        var report = new LoadRun(plan(backend(), CLOSED, Kind.UNARY, field)).run();

        assertThat(report.byStatus()).containsOnlyKeys("RESOURCE_EXHAUSTED");
        assertThat(report.errors()).isEqualTo(report.requests()).isPositive();
        assertThat(report.firstError()).isEqualTo("full");
    }

    @Test
    void countsCallsThatNeverCameToBegin() throws Exception {
        var silent = new InetSocketAddress(InetAddress.getLoopbackAddress(), backends.silent());
        var plan = new LoadPlan(
                silent,
                new LoadPlan.Loop.Open(50, false, 1, 1),
                1,
                Kind.UNARY,
                1,
                1,
                List.of(),
                List.of(),
                Duration.ofMillis(200),
                Duration.ZERO,
                Duration.ofMillis(300));

        var report = new LoadRun(plan).run();

        assertThat(report.requests() + report.unsent()).isEqualTo(10);
        assertThat(report.unsent()).isPositive();
        assertThat(report.byStatus()).containsOnlyKeys("DEADLINE_EXCEEDED");
        assertThat(report.latency().getTotalCount()).isEqualTo(10);
    }
}
