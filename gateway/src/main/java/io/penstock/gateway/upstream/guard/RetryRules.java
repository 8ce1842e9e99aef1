// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.guard;

import io.penstock.gateway.config.cluster.RetryConfig;
import io.penstock.gateway.config.cluster.StatusRange;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Methods;
import io.penstock.gateway.exchange.ending.AttemptFailure;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.EnumSet;
import java.util.random.RandomGenerator;

/** Whether and after which pause a failed attempt is followed by another. Immutable but for the random source. */
public final class RetryRules {
    /** The pause of an attempt that is not followed by another. */
    public static final long NEVER = -1;

    private final RetryConfig config;
    private final EnumSet<RetryConfig.Condition> on = EnumSet.noneOf(RetryConfig.Condition.class);
    private final boolean[] grpcStatuses = new boolean[17];
    private final InstantSource clock;
    private final RandomGenerator random;

    public RetryRules(RetryConfig config, InstantSource clock, RandomGenerator random) {
        this.config = config;
        this.on.addAll(config.on());
        config.grpcStatuses().forEach(status -> grpcStatuses[status.code()] = true);
        this.clock = clock;
        this.random = random;
    }

    /** Whether there may be attempts after so many. */
    public boolean more(int attempts) {
        return attempts < config.attempts();
    }

    /** Whether a response with this head may be followed by another attempt. Cheap: asked for each response. */
    public boolean wants(Exchange exchange, Head response) {
        if (exchange.grpc()) {
            return !config.grpcStatuses().isEmpty() && grpcListed(response.value("grpc-status"));
        }
        return !config.statuses().isEmpty()
                && Methods.idempotent(exchange.method())
                && StatusRange.anyHas(config.statuses(), response.status());
    }

    private boolean grpcListed(@org.jspecify.annotations.Nullable String status) {
        if (status == null || status.isEmpty() || status.length() > 2) {
            return false;
        }
        int code = 0;
        for (int i = 0; i < status.length(); i++) {
            code = code * 10 + status.charAt(i) - '0';
        }
        return code >= 0 && code < grpcStatuses.length && grpcStatuses[code];
    }

    /** Whether this failure may be followed by another attempt. */
    public boolean wants(Exchange exchange, AttemptFailure failure) {
        if (failure.response() != null) {
            return wants(exchange, failure.response());
        }
        Cause cause = failure.cause();
        if (cause == null) {
            return false;
        }
        if (Failures.connect(cause)) {
            return on.contains(RetryConfig.Condition.CONNECT_FAILURE);
        }
        if (failure.unprocessed() || cause.unprocessed()) {
            return cause != Cause.CIRCUIT_OPEN
                    && cause != Cause.GRPC_OVER_HTTP1
                    && cause != Cause.DRAINING
                    && on.contains(RetryConfig.Condition.REFUSED);
        }
        return Methods.idempotent(exchange.method())
                && switch (cause) {
                    case UPSTREAM_RESET, UPSTREAM_GOAWAY ->
                        on.contains(RetryConfig.Condition.RESET)
                                || (failure.unanswered() && on.contains(RetryConfig.Condition.UNANSWERED));
                    case FIRST_BYTE_TIMEOUT, UPSTREAM_IDLE, UPSTREAM_NOT_READING ->
                        on.contains(RetryConfig.Condition.TIMEOUT);
                    default -> false;
                };
    }

    /**
     * The pause before the next attempt in nanoseconds: what the upstream asks for, otherwise a random part of a bound that doubles.
     *
     * @param attempts made so far, 1 or more
     * @param atOnce nothing was processed and another endpoint can be asked
     * @return {@link #NEVER} when the upstream asks for none, or for a longer pause than is followed
     */
    public long pauseNanos(AttemptFailure failure, int attempts, boolean atOnce) {
        Head response = failure.response();
        if (response != null) {
            String pushback = response.value("grpc-retry-pushback-ms");
            if (pushback != null) {
                return followed(millis(pushback));
            }
            String after = response.value("retry-after");
            if (after != null) {
                long asked = retryAfterMillis(after);
                if (asked >= 0) {
                    return followed(asked);
                }
            }
        }
        if (atOnce) {
            return 0;
        }
        long bound = Math.min(config.maxBackoff().toNanos(), config.backoff().toNanos() << Math.min(attempts - 1, 10));
        return random.nextLong(bound + 1);
    }

    private long followed(long millis) {
        boolean follow = millis >= 0 && millis <= config.maxRetryAfter().toMillis();
        return follow ? Duration.ofMillis(millis).toNanos() : NEVER;
    }

    /** Whole milliseconds; what is none means "do not repeat", as gRPC has it. */
    private static long millis(String text) {
        return text.length() <= 9 && text.matches("[0-9]+") ? Long.parseLong(text) : -1;
    }

    /** Seconds or a date (RFC 9110 §10.2.3); -1 when it is neither. */
    private long retryAfterMillis(String text) {
        if (text.matches("[0-9]{1,9}")) {
            return Long.parseLong(text) * 1_000;
        }
        try {
            ZonedDateTime until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
            return Math.max(0, until.toInstant().toEpochMilli() - clock.millis());
        } catch (DateTimeException e) {
            return -1;
        }
    }
}
