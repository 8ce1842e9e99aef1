// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.penstock.gateway.config.filter.RateLimitConfig;
import io.penstock.gateway.config.filter.RateLimitConfig.Unavailable;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.store.Decisions;
import io.penstock.gateway.store.Outage;
import io.penstock.gateway.store.Taken;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A limit that nodes count together in a store. A key that was refused is refused from memory until there can be tokens again, so that who
 * calls too often costs no question each time; with {@code ahead}, tokens are at hand for the next requests, too.
 */
final class SharedLimit implements Limit {
    /** In the store; the braces have a cluster keep it in one slot with whatever else has the same between them. */
    private static final String PREFIX = "penstock:limit:{";

    private final Layer layer;
    private final Decisions decisions;
    private final Unavailable unavailable;
    private final LocalLimit share;
    private final Outage outage;
    private final LongSupplier clock;
    private final int ahead;
    /** When it is worth asking again. */
    private final Cache<String, Long> refused;
    /** Taken ahead. */
    private final Cache<String, Integer> atHand;

    SharedLimit(
            Layer layer,
            RateLimitConfig config,
            Decisions decisions,
            LocalLimit share,
            Outage outage,
            LongSupplier nanos) {
        this.layer = layer;
        this.decisions = decisions;
        this.unavailable = config.unavailable();
        this.share = share;
        this.outage = outage;
        this.clock = nanos;
        this.ahead = config.ahead();
        this.refused = Caffeine.newBuilder()
                .maximumSize(config.maxKeys())
                .executor(Runnable::run)
                .build();
        this.atHand = Caffeine.newBuilder()
                .maximumSize(config.maxKeys())
                .expireAfterWrite(atHandFor(layer, config))
                .ticker(nanos::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    /** As long as so many tokens take to come: who needs none meanwhile has no use for them. */
    private static Duration atHandFor(Layer layer, RateLimitConfig config) {
        Duration coming = layer.bucket()
                .fill()
                .multipliedBy(Math.max(1, config.ahead()))
                .dividedBy(layer.bucket().burst());
        return coming.compareTo(Duration.ofMillis(100)) < 0 ? Duration.ofMillis(100) : coming;
    }

    /** Entries that it keeps. */
    long used() {
        return refused.estimatedSize() + atHand.estimatedSize();
    }

    @Override
    public Layer layer() {
        return layer;
    }

    @Override
    public @Nullable Asked ready(String key) {
        Long until = refused.getIfPresent(key);
        if (until != null) {
            long wait = until - clock.getAsLong();
            if (wait > 0) {
                return Asked.refused(layer, key, empty(wait));
            }
            refused.asMap().remove(key, until);
        }
        return ahead == 0 ? null : fromHand(key);
    }

    private Taken empty(long nanosUntilSome) {
        return new Taken(0, 0, Duration.ofNanos(nanosUntilSome), layer.bucket().fill());
    }

    private @Nullable Asked fromHand(String key) {
        int[] left = {-1};
        atHand.asMap().computeIfPresent(key, (same, tokens) -> {
            left[0] = tokens - layer.cost();
            return left[0] < 0 ? tokens : left[0] == 0 ? null : Integer.valueOf(left[0]);
        });
        return left[0] < 0
                ? null
                : new Asked(
                        layer,
                        key,
                        new Taken(layer.cost(), left[0], Duration.ZERO, Duration.ZERO),
                        () -> keep(key, layer.cost()));
    }

    private void keep(String key, int tokens) {
        atHand.asMap().merge(key, tokens, Integer::sum);
    }

    @Override
    public Asked ask(String key, long deadline) {
        Asked known = ready(key);
        if (known != null) {
            return known;
        }
        Taken taken;
        try {
            Duration timeout = Duration.ofNanos(deadline - System.nanoTime());
            taken = decisions.take(stored(key), layer.bucket(), layer.cost(), layer.cost() + ahead, timeout);
        } catch (GatewayException e) {
            outage.failed(e.detail());
            return without(key, e);
        }
        outage.answered();
        if (!taken.granted()) {
            refused.put(key, clock.getAsLong() + taken.again().toNanos());
            return Asked.refused(layer, key, taken);
        }
        if (taken.tokens() > layer.cost()) {
            keep(key, taken.tokens() - layer.cost());
        }
        return new Asked(layer, key, taken, () -> decisions.giveBack(stored(key), layer.bucket(), layer.cost()));
    }

    private static String stored(String key) {
        return PREFIX + key + "}";
    }

    private Asked without(String key, GatewayException why) {
        return switch (unavailable) {
            case LOCAL -> share.ready(key);
            case OPEN ->
                new Asked(
                        layer,
                        key,
                        new Taken(layer.cost(), layer.bucket().burst(), Duration.ZERO, Duration.ZERO),
                        () -> {});
            case CLOSED -> throw new GatewayException(Cause.CHECK_UNAVAILABLE, why.detail(), why);
        };
    }

    @Override
    public @Nullable Taken look(String key) {
        Long until = refused.getIfPresent(key);
        long wait = until == null ? 0 : until - clock.getAsLong();
        if (wait > 0) {
            return empty(wait);
        }
        Integer tokens = atHand.policy().getIfPresentQuietly(key);
        return tokens == null || tokens < layer.cost()
                ? null
                : new Taken(layer.cost(), tokens, Duration.ZERO, Duration.ZERO);
    }
}
