// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.MemoryUse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers of a service by what it was told, for a while and in bounded bytes; who asks the same while an answer is under way waits for that
 * one. With no time to keep, everybody asks for itself.
 */
final class KeptAnswers {
    private final @Nullable AsyncCache<List<Field>, CheckAnswer> answers;
    private final Duration patience;
    private final int capacity;
    private final LongAdder evicted = new LongAdder();

    /**
     * Empty.
     *
     * @param keep 0 means that nothing is kept
     * @param patience how long somebody else's answer is waited for
     */
    KeptAnswers(Duration keep, int bytes, Duration patience) {
        this.patience = patience;
        this.capacity = bytes;
        this.answers = keep.isZero()
                ? null
                : Caffeine.newBuilder()
                        .expireAfterWrite(keep)
                        .maximumWeight(bytes)
                        .weigher((List<Field> told, CheckAnswer answer) -> weight(told) + answer.bytes())
                        .evictionListener((told, answer, cause) -> {
                            if (cause == RemovalCause.SIZE) {
                                evicted.increment();
                            }
                        })
                        .executor(Runnable::run)
                        .buildAsync();
    }

    private static int weight(List<Field> told) {
        int bytes = 0;
        for (Field field : told) {
            bytes += field.bytes() + 64;
        }
        return bytes;
    }

    Optional<MemoryUse> memory(String name) {
        if (answers == null) {
            return Optional.empty();
        }
        long weight = answers.synchronous()
                .policy()
                .eviction()
                .map(one -> one.weightedSize().orElse(0))
                .orElse(0L);
        return Optional.of(new MemoryUse("filter", name, MemoryUse.Unit.BYTES, weight, capacity, evicted.sum()));
    }

    /** The answer that is kept, or null. Never blocks. */
    @Nullable
    CheckAnswer ready(List<Field> told) {
        if (answers == null) {
            return null;
        }
        CompletableFuture<CheckAnswer> found = answers.getIfPresent(told);
        return found == null || !found.isDone() || found.isCompletedExceptionally() ? null : found.join();
    }

    /**
     * The answer that is kept, that somebody is waiting for, or a new one; blocks.
     *
     * @throws GatewayException there is none
     */
    CheckAnswer get(List<Field> told, Supplier<CheckAnswer> ask) {
        if (answers == null) {
            return ask.get();
        }
        CompletableFuture<CheckAnswer> mine = new CompletableFuture<>();
        CompletableFuture<CheckAnswer> found = answers.asMap().putIfAbsent(told, mine);
        return found == null ? asked(answers, told, mine, ask) : waited(found);
    }

    private static CheckAnswer asked(
            AsyncCache<List<Field>, CheckAnswer> answers,
            List<Field> told,
            CompletableFuture<CheckAnswer> mine,
            Supplier<CheckAnswer> ask) {
        try {
            CheckAnswer answer = ask.get();
            mine.complete(answer);
            if (!answer.keepable()) {
                answers.asMap().remove(told, mine);
            }
            return answer;
        } catch (RuntimeException | Error e) {
            mine.completeExceptionally(e); // which removes it
            throw e;
        }
    }

    private CheckAnswer waited(CompletableFuture<CheckAnswer> found) {
        try {
            return found.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new GatewayException(Cause.DEADLINE, "no answer in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatewayException(Cause.DRAINING, "interrupted", e);
        } catch (ExecutionException | CompletionException e) {
            throw e.getCause() instanceof GatewayException why
                    ? new GatewayException(why.reason(), why.detail(), why)
                    : new GatewayException(Cause.INTERNAL, "defect: " + e.getCause(), e);
        }
    }
}
