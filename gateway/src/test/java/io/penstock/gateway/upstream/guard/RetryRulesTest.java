// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.cluster.RetryConfig;
import io.penstock.gateway.config.cluster.RetryConfig.Condition;
import io.penstock.gateway.config.cluster.StatusRange;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GrpcStatus;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.AttemptFailure;
import io.penstock.gateway.lookup.MovableClock;
import io.penstock.gateway.upstream.cluster.TestDownstream;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryRulesTest {
    private static final List<Condition> USUAL = List.of(Condition.CONNECT_FAILURE, Condition.REFUSED);

    private final MovableClock clock = new MovableClock();

    private RetryRules rules(List<Condition> on, List<StatusRange> statuses, List<GrpcStatus> grpcStatuses) {
        var config = new RetryConfig(
                3,
                on,
                statuses,
                grpcStatuses,
                Optional.<Duration>empty(),
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                Duration.ofSeconds(2),
                20,
                3,
                Optional.empty());
        return new RetryRules(config, clock, new SplittableRandom(3));
    }

    private static Exchange request(String method) {
        return new TestDownstream().exchange(method);
    }

    private static AttemptFailure failed(Cause cause) {
        return AttemptFailure.of(cause, "", cause.unprocessed());
    }

    private static AttemptFailure answered(String... fields) {
        Head head = new Head();
        for (int i = 0; i < fields.length; i += 2) {
            head.add(fields[i], fields[i + 1]);
        }
        return AttemptFailure.of(head);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  CONNECT_REFUSED,    true",
        "POST, CONNECT_REFUSED,    true",
        "POST, NAME_UNRESOLVED,    true",
        "POST, UPSTREAM_REFUSED,   true",
        "POST, UPSTREAM_GOAWAY,    true",
        "POST, TOO_MANY_STREAMS,   true",
        "GET,  UPSTREAM_RESET,     false",
        "GET,  FIRST_BYTE_TIMEOUT, false",
        "GET,  UPSTREAM_PROTOCOL,  false",
        "GET,  GRPC_OVER_HTTP1,    false",
        "GET,  DRAINING,           false",
        "GET,  DOWNSTREAM_GONE,    false"
    })
    void repeatsByDefaultWhatWasCertainlyNotProcessed(String method, Cause cause, boolean again) {
        assertThat(rules(USUAL, List.of(), List.of()).wants(request(method), failed(cause)))
                .isEqualTo(again);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    UPSTREAM_RESET,     true",
        "PUT,    UPSTREAM_RESET,     true",
        "DELETE, FIRST_BYTE_TIMEOUT, true",
        "GET,    UPSTREAM_PROTOCOL,  false",
        "POST,   UPSTREAM_RESET,     false",
        "PATCH,  FIRST_BYTE_TIMEOUT, false",
        "POST,   CONNECT_REFUSED,    false",
        "GET,    UPSTREAM_REFUSED,   false"
    })
    void repeatsOnlyWhatIsListedAndOnlyIdempotentRequests(String method, Cause cause, boolean again) {
        RetryRules rules = rules(List.of(Condition.RESET, Condition.TIMEOUT), List.of(), List.of());

        assertThat(rules.wants(request(method), failed(cause))).isEqualTo(again);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, true, UNANSWERED, true",
        "PUT, true, UNANSWERED, true",
        "POST, true, UNANSWERED, false",
        "GET, false, UNANSWERED, false",
        "GET, true, REFUSED, false",
        "GET, false, RESET, true"
    })
    void repeatsWhatWasNotAnsweredWhereThatIsListed(String method, boolean unanswered, Condition on, boolean again) {
        RetryRules rules = rules(List.of(on), List.of(), List.of());

        assertThat(rules.wants(request(method), new AttemptFailure(Cause.UPSTREAM_RESET, "", false, unanswered, null)))
                .isEqualTo(again);
    }

    @Test
    void repeatsAResetOfAPostThatWasCertainlyNotProcessed() {
        RetryRules rules = rules(USUAL, List.of(), List.of());

        assertThat(rules.wants(request("POST"), AttemptFailure.of(Cause.UPSTREAM_RESET, "", true)))
                .isTrue();
    }

    @Test
    void repeatsListedStatusesOfIdempotentRequests() {
        RetryRules rules = rules(USUAL, List.of(new StatusRange(502, 504)), List.of());

        assertThat(rules.wants(request("GET"), answered(":status", "503"))).isTrue();
        assertThat(rules.wants(request("GET"), answered(":status", "500"))).isFalse();
        assertThat(rules.wants(request("POST"), answered(":status", "503"))).isFalse();
    }

    @Test
    void repeatsCallsOfGrpcThatEndWithAListedStatus() {
        RetryRules rules = rules(USUAL, List.of(new StatusRange(200, 599)), List.of(GrpcStatus.UNAVAILABLE));
        Exchange call = new TestDownstream().grpc();

        assertThat(rules.wants(call, answered(":status", "200", "grpc-status", "14")))
                .isTrue();
        assertThat(rules.wants(call, answered(":status", "200", "grpc-status", "13")))
                .isFalse();
        assertThat(rules.wants(call, answered(":status", "200"))).isFalse();
        assertThat(rules.wants(call, answered(":status", "200", "grpc-status", "x4")))
                .isFalse();
    }

    @Test
    void countsAttempts() {
        RetryRules rules = rules(USUAL, List.of(), List.of());

        assertThat(rules.more(2)).isTrue();
        assertThat(rules.more(3)).isFalse();
    }

    @Test
    void pausesARandomPartOfABoundThatDoubles() {
        RetryRules rules = rules(USUAL, List.of(), List.of());
        long[] most = new long[6];

        for (int i = 0; i < 2_000; i++) {
            for (int attempts = 1; attempts <= 5; attempts++) {
                long pause = rules.pauseNanos(failed(Cause.UPSTREAM_RESET), attempts, false);
                assertThat(pause).isNotNegative();
                most[attempts] = Math.max(most[attempts], pause);
            }
        }

        assertThat(most[1]).isBetween(19_000_000L, 20_000_000L);
        assertThat(most[2]).isBetween(38_000_000L, 40_000_000L);
        assertThat(most[3]).isBetween(76_000_000L, 80_000_000L);
        assertThat(most[5]).isBetween(95_000_000L, 100_000_000L);
        assertThat(rules.pauseNanos(failed(Cause.UPSTREAM_REFUSED), 1, true)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "grpc-retry-pushback-ms, 1500, 1500000000",
        "grpc-retry-pushback-ms, 0,    0",
        "grpc-retry-pushback-ms, -1,   -1",
        "grpc-retry-pushback-ms, soon, -1",
        "grpc-retry-pushback-ms, 2001, -1",
        "retry-after,            1,    1000000000",
        "retry-after,            2,    2000000000",
        "retry-after,            30,   -1"
    })
    void followsWhatTheUpstreamAsksFor(String field, String value, long pause) {
        RetryRules rules = rules(USUAL, List.of(), List.of());

        assertThat(rules.pauseNanos(answered(":status", "503", field, value), 1, true))
                .isEqualTo(pause);
    }

    @Test
    void followsADateToRetryAfter() {
        RetryRules rules = rules(USUAL, List.of(), List.of());
        String soon = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                clock.instant().plusSeconds(1).atOffset(ZoneOffset.UTC));

        assertThat(rules.pauseNanos(answered(":status", "503", "retry-after", soon), 1, true))
                .isEqualTo(1_000_000_000L);
    }

    @Test
    void keepsRetriesWithinAPartOfWhatIsActive() {
        var budget = new RetryBudget(new RetryConfig(
                2,
                USUAL,
                List.of(),
                List.of(),
                Optional.<Duration>empty(),
                Duration.ofMillis(1),
                Duration.ofMillis(1),
                Duration.ZERO,
                20,
                3,
                Optional.empty()));

        for (int i = 0; i < 13; i++) {
            assertThat(budget.take(50)).isTrue();
        }
        assertThat(budget.take(50)).isFalse();
        budget.give();
        assertThat(budget.take(50)).isTrue();

        assertThat(budget.retrying()).isEqualTo(13);
        assertThat(budget.allowed()).isEqualTo(14);
        assertThat(budget.refused()).isEqualTo(1);
    }
}
