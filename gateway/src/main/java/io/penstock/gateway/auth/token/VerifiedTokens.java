// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.penstock.gateway.auth.Digest;
import io.penstock.gateway.exchange.MemoryUse;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Tokens that have been verified, by their hash, for a while and in bounded bytes. Safe for use by any thread. */
public final class VerifiedTokens {
    /** Of an entry beside its identity: the nodes of the cache, the key and the entry. */
    private static final int OVERHEAD_BYTES = 240;

    private final Cache<Digest, VerifiedToken> tokens;
    private final int capacity;
    private final LongAdder evicted = new LongAdder();

    public VerifiedTokens(Duration keep, int bytes) {
        this.capacity = bytes;
        this.tokens = Caffeine.newBuilder()
                .expireAfterWrite(keep)
                .maximumWeight(bytes)
                .weigher((Digest hash, VerifiedToken token) ->
                        OVERHEAD_BYTES + token.identity().bytes())
                .evictionListener((hash, token, cause) -> {
                    if (cause == RemovalCause.SIZE) {
                        evicted.increment();
                    }
                })
                .executor(Runnable::run)
                .build();
    }

    /** The token with this hash, or null. */
    public @Nullable VerifiedToken get(Digest hash) {
        return tokens.getIfPresent(hash);
    }

    public void put(Digest hash, VerifiedToken token) {
        tokens.put(hash, token);
    }

    public void remove(Digest hash) {
        tokens.invalidate(hash);
    }

    /** What they take. */
    public MemoryUse memory(String filter) {
        long weight = tokens.policy()
                .eviction()
                .map(one -> one.weightedSize().orElse(0))
                .orElse(0L);
        return new MemoryUse("filter", filter, MemoryUse.Unit.BYTES, weight, capacity, evicted.sum());
    }
}
