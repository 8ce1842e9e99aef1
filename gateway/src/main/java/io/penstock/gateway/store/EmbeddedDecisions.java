// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.MemoryUse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Decisions in the memory of this process, for a single node. Bounded; never waits. */
final class EmbeddedDecisions implements Decisions {
    static final int MOST = 1_000_000;

    private final String name;
    private final int most;
    private final Buckets buckets;
    private final SeenValues<String> seen;

    EmbeddedDecisions(String name, int most, LongSupplier nanos) {
        this.name = name;
        this.most = most;
        this.buckets = new Buckets(most, nanos);
        this.seen = new SeenValues<>(most, nanos);
    }

    @Override
    public Taken take(String key, Bucket bucket, int least, int most, Duration timeout) {
        return buckets.take(key, bucket, least, most);
    }

    @Override
    public void giveBack(String key, Bucket bucket, int tokens) {
        buckets.giveBack(key, bucket, tokens);
    }

    @Override
    public boolean once(String value, Duration within, Duration timeout) {
        return switch (seen.once(value, within)) {
            case FIRST -> true;
            case AGAIN -> false;
            case FULL ->
                throw new GatewayException(
                        Cause.STORE_UNAVAILABLE, "store " + name + " remembers " + most + " values, and may no more");
        };
    }

    @Override
    public List<MemoryUse> memory() {
        List<MemoryUse> uses = new ArrayList<>();
        add(uses, "limits", buckets.used(), buckets.evicted());
        add(uses, "once", seen.used(), 0);
        return uses;
    }

    private void add(List<MemoryUse> uses, String part, long used, long evicted) {
        if (used + evicted > 0) {
            uses.add(new MemoryUse(part, name, MemoryUse.Unit.ENTRIES, used, most, evicted));
        }
    }
}
