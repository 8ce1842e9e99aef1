// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class HttpRunTest {

    private static final String FINE = "HTTP/1.1 200 OK\r\nx-backend: a\r\ncontent-length: 3\r\n\r\nabc";

    private static HttpPlan plan(HttpTarget to, OptionalDouble rate, int connections, Duration timeout) {
        return new HttpPlan(
                to, rate, connections, "GET", List.of(), 0, Duration.ofMillis(1000), Duration.ofMillis(100), timeout);
    }

    private static HttpPlan plan(Origin origin, double rate, int connections) {
        return plan(origin.target(), OptionalDouble.of(rate), connections, Duration.ofSeconds(5));
    }

    @Test
    void keepsTheRateItWasAskedForOnTheConnectionsItWasGiven() throws Exception {
        try (var origin = new Origin(n -> FINE)) {
            var observed = new AtomicLong();
            var report = new HttpRun(plan(origin, 200, 4), o -> observed.incrementAndGet()).run();

            assertThat(report.requests()).isBetween(199L, 201L);
            assertThat(observed).hasValue(220);
            assertThat(report.opened()).isEqualTo(4);
            assertThat(report.errors()).isZero();
            assertThat(report.byEnding()).isEqualTo(Map.of("200", report.requests()));
            assertThat(report.byBackend()).isEqualTo(Map.of("a", report.requests()));
            assertThat(report.bodyBytes()).isEqualTo(3 * report.requests());
            assertThat(report.latency().getTotalCount()).isEqualTo(report.requests());
        }
    }

    @Test
    void sendsAsFastAsAnswersComeWithoutARate() throws Exception {
        try (var origin = new Origin(n -> FINE)) {
            var report = new HttpRun(plan(origin.target(), OptionalDouble.empty(), 2, Duration.ofSeconds(5))).run();

            assertThat(report.errors()).isZero();
            assertThat(report.requests()).isGreaterThan(20);
            assertThat(report.opened()).isEqualTo(2);
        }
    }

    @Test
    void seesAStallInEachRequestThatShouldHaveBegunMeanwhile() throws Exception {
        try (var origin = new Origin(n -> {
            if (n == 50) {
                // What the test is about is time that passes on the other side.
                LockSupport.parkNanos(Duration.ofMillis(400).toNanos());
            }
            return FINE;
        })) {
            var report = new HttpRun(plan(origin, 200, 1)).run();

            assertThat(report.errors()).isZero();
            assertThat(report.requests()).isBetween(199L, 201L);
            assertThat(report.millisAt(100)).isGreaterThanOrEqualTo(390);
            // 400 ms at 200/s are 80 of 200 requests, evenly late; one request alone would leave p90 untouched.
            assertThat(report.millisAt(90)).isGreaterThanOrEqualTo(150);
        }
    }

    @Test
    void opensAConnectionAnewAndNeverSendsTwice() throws Exception {
        try (var origin = new Origin(n -> n % 10 == 0 ? "" : FINE)) {
            var report = new HttpRun(plan(origin, 100, 1)).run();

            assertThat(report.byEnding()).containsOnlyKeys("200", "closed");
            assertThat(report.byEnding().get("closed")).isBetween(9L, 11L);
            assertThat(report.opened()).isBetween(10L, 13L);
            assertThat(report.firstError()).isEqualTo("closed without an answer");
        }
    }

    @Test
    void countsStatusesTimeoutsAndWhatNeverCameToBegin() throws Exception {
        try (var refusing = new Origin(n -> "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n");
                var silent = new Origin(n -> "HTTP/1.1 200 OK\r\n")) {
            var refused = new HttpRun(plan(refusing, 50, 2)).run();
            var waited = new HttpRun(plan(silent.target(), OptionalDouble.of(50), 1, Duration.ofMillis(100))).run();

            assertThat(refused.byEnding()).isEqualTo(Map.of("503", refused.requests()));
            assertThat(refused.errors()).isEqualTo(refused.requests());
            assertThat(waited.byEnding()).containsOnlyKeys("timeout", "unsent");
            assertThat(waited.requests()).isEqualTo(50);
        }
    }

    @Test
    void reportsThatNothingListens() throws Exception {
        HttpTarget gone;
        try (var origin = new Origin(n -> FINE)) {
            gone = origin.target();
        }

        var report = new HttpRun(plan(gone, OptionalDouble.of(50), 1, Duration.ofSeconds(5))).run();

        assertThat(report.byEnding()).containsOnlyKeys("connect");
    }

    @Test
    void holdsConnectionsAndSeesWhichWereClosed() throws Exception {
        try (var origin = new Origin(n -> FINE);
                var idle = new IdleConnections()) {
            idle.open(origin.address(), origin.target().get(), 20, Duration.ofSeconds(5));

            assertThat(idle.stillOpen()).isEqualTo(20);

            origin.closeConnections();
            assertThat(idle.stillOpen()).isZero();
        }
    }
}
