// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.cluster;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Units;
import io.penstock.gateway.config.read.Values;
import io.penstock.gateway.exchange.GrpcStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * When a failed attempt is followed by another. The default: once, when the upstream certainly processed nothing, or when the request is
 * idempotent and the upstream's connection ended before a byte of an answer.
 *
 * <p>Requests that are not idempotent are repeated after such failures alone, whatever is listed here; the exception are calls of
 * gRPC that end with one of {@code grpc-statuses}, for which listing the status is the permission.
 *
 * @param attempts 1 to 10, default 2; the first one counts
 * @param on some of {@code connect-failure}, {@code refused}, {@code unanswered}, {@code reset} and {@code timeout}, default the
 *     first three
 * @param statuses HTTP statuses, default none
 * @param grpcStatuses names of gRPC statuses, default none; of responses without a message
 * @param perTryTimeout 1 ms to 1 h; an attempt without a response head ends after this; absent means no limit of its own
 * @param backoff 1 ms to 1 min, default 25 ms; the bound of the random pause before the second attempt, doubled for each further one
 * @param maxBackoff 1 ms to 1 min, default 250 ms, at least {@code backoff}
 * @param maxRetryAfter 0 s to 5 min, default 1 s; a longer pause that an upstream asks for ends the attempts
 * @param budgetPercent 0 to 100, default 20; retries at a time, of the cluster's active exchanges
 * @param budgetMinimum 0 to 1 000, default 3; retries at a time beside that
 * @param hedge when a second attempt is made beside the first; needs 2 attempts or more; absent means never
 */
public record RetryConfig(
        int attempts,
        List<Condition> on,
        List<StatusRange> statuses,
        List<GrpcStatus> grpcStatuses,
        Optional<Duration> perTryTimeout,
        Duration backoff,
        Duration maxBackoff,
        Duration maxRetryAfter,
        int budgetPercent,
        int budgetMinimum,
        Optional<HedgeConfig> hedge) {

    /** A kind of failure. */
    public enum Condition {
        /** No connection: refused, timed out, no TLS, no address. */
        CONNECT_FAILURE,
        /** The upstream said, or it is certain, that it processed nothing. */
        REFUSED,
        /** The connection ended before a byte of an answer: as an endpoint does that crashes, restarts or was full. */
        UNANSWERED,
        /** The connection or the stream ended before the response head. */
        RESET,
        /** The response head did not come in time. */
        TIMEOUT
    }

    private static final List<Condition> USUAL =
            List.of(Condition.CONNECT_FAILURE, Condition.REFUSED, Condition.UNANSWERED);

    public RetryConfig {
        on = List.copyOf(on);
        statuses = List.copyOf(statuses);
        grpcStatuses = List.copyOf(grpcStatuses);
        Check check = new Check()
                .range("attempts", attempts, 1, 10)
                .range("backoff", backoff, ofMillis(1), ofMinutes(1))
                .range("max-backoff", maxBackoff, ofMillis(1), ofMinutes(1))
                .range("max-retry-after", maxRetryAfter, ofSeconds(0), ofMinutes(5))
                .range("budget-percent", budgetPercent, 0, 100)
                .range("budget-minimum", budgetMinimum, 0, 1_000)
                .that(
                        "max-backoff",
                        maxBackoff.compareTo(backoff) >= 0,
                        Units.text(maxBackoff),
                        "is shorter than backoff, expected at least as much")
                .that(
                        "attempts",
                        hedge.isEmpty() || attempts > 1,
                        attempts,
                        "leaves none for hedge, expected 2 or more");
        perTryTimeout.ifPresent(time -> check.range("per-try-timeout", time, ofMillis(1), ofHours(1)));
        check.done();
    }

    static RetryConfig from(ConfigNode node) {
        return new RetryConfig(
                node.integer("attempts", 2),
                node.parsedList("on", USUAL, RetryConfig::condition),
                node.parsedList("statuses", List.of(), StatusRange::parse),
                node.parsedList("grpc-statuses", List.of(), FailureConfig::grpcStatus),
                node.optionalDuration("per-try-timeout"),
                node.duration("backoff", ofMillis(25)),
                node.duration("max-backoff", ofMillis(250)),
                node.duration("max-retry-after", ofSeconds(1)),
                node.integer("budget-percent", 20),
                node.integer("budget-minimum", 3),
                node.optionalChild("hedge", HedgeConfig::from));
    }

    private static Condition condition(String text) {
        return Values.choice(text, Condition.RESET)
                .orElseThrow(() -> Check.failed(
                        Check.quoted(text),
                        "is not valid, expected " + String.join(" or ", Values.words(Condition.RESET))));
    }
}
