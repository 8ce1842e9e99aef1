// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit.address;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.penstock.gateway.config.filter.AutomaticBlockConfig;
import io.penstock.gateway.config.read.Units;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.limit.address.Entry.Origin;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counts how often the requests of an address were refused, and blocks it for a while when that is too often. Two tables of bounded size: from a
 * full one those go that are asked for least. In this process's own time. Never blocks; safe for use by any thread.
 */
final class AutomaticBlocks {

    /** Refusals since the first of them. */
    private record Count(int refusals, long begin) {}

    /**
     * A block and whether the store knows.
     *
     * @param told whether the store has it, so that it ends when it is deleted there
     */
    private record Block(Entry entry, boolean told) {}

    private final String filter;
    private final AutomaticBlockConfig config;
    private final Clocks clocks;
    private final Set<Cause> causes;
    private final long withinNanos;
    private final LongAdder countsEvicted = new LongAdder();
    private final LongAdder blocksEvicted = new LongAdder();
    private final LongAdder began = new LongAdder();
    private final Cache<Network, Count> counts;
    private final Cache<Network, Block> blocks;

    AutomaticBlocks(String filter, AutomaticBlockConfig config, Clocks clocks) {
        this.filter = filter;
        this.config = config;
        this.clocks = clocks;
        this.causes = EnumSet.copyOf(config.causes());
        this.withinNanos = config.within().toNanos();
        this.counts = table(countsEvicted).expireAfterWrite(config.within()).build();
        this.blocks = table(blocksEvicted).expireAfterWrite(config.blockFor()).build();
    }

    private Caffeine<Object, Object> table(LongAdder evicted) {
        return Caffeine.newBuilder()
                .maximumSize(config.maxAddresses())
                .ticker(clocks.nanos()::getAsLong)
                .evictionListener((network, value, cause) -> {
                    if (cause == RemovalCause.SIZE) {
                        evicted.increment();
                    }
                })
                .executor(Runnable::run);
    }

    /** As much of an address as is counted. */
    Network counted(Network address) {
        return address.prefix(address.ipv4() ? Network.CARRIER + config.ipv4Prefix() : config.ipv6Prefix());
    }

    /** Why the address is blocked now; null when it is not. */
    @Nullable
    Entry blocked(Network address) {
        Block block = blocks.getIfPresent(counted(address));
        return block == null || block.entry().until().over(clocks) ? null : block.entry();
    }

    /** A request from the address ended for this reason. Whether a block begins with it. */
    boolean ended(Network address, Cause cause) {
        if (!causes.contains(cause)) {
            return false;
        }
        Network network = counted(address);
        long now = clocks.nanos().getAsLong();
        Count count = counts.asMap().merge(network, new Count(1, now), (before, one) -> {
            boolean begins = now - before.begin() >= withinNanos;
            return begins ? one : new Count(before.refusals() + 1, before.begin());
        });
        return count.refusals() == config.refusals() && begin(network, cause);
    }

    private boolean begin(Network network, Cause last) {
        counts.invalidate(network);
        String why =
                config.refusals() + " refusals within " + Units.text(config.within()) + ", the last one " + last.slug();
        Until end = Until.in(config.blockFor(), clocks);
        Block block = new Block(new Entry(network, true, Origin.AUTOMATIC, end, why), false);
        Block now = blocks.asMap()
                .compute(
                        network,
                        (same, before) ->
                                before == null || before.entry().until().over(clocks) ? block : before);
        if (!block.equals(now)) {
            return false; // of requests that were under way when it began
        }
        began.increment();
        return true;
    }

    /** Refusals of the address that count now. */
    int refusals(Network address) {
        Count count = counts.policy().getIfPresentQuietly(counted(address));
        return count == null || clocks.nanos().getAsLong() - count.begin() >= withinNanos ? 0 : count.refusals();
    }

    /** The blocks of which the store does not know. */
    List<Entry> untold() {
        return blocks.asMap().values().stream()
                .filter(block -> !block.told() && !block.entry().until().over(clocks))
                .map(Block::entry)
                .toList();
    }

    /** The store has this block now. */
    void told(Entry entry) {
        blocks.asMap().replace(entry.network(), new Block(entry, false), new Block(entry, true));
    }

    /** The store has nothing of the network: what it had there ends here, too. */
    void lift(Network network) {
        blocks.asMap().computeIfPresent(network, (same, block) -> block.told() ? null : block);
    }

    /** Networks that the store has been told of. */
    List<Network> told() {
        return blocks.asMap().entrySet().stream()
                .filter(block -> block.getValue().told())
                .map(Map.Entry::getKey)
                .toList();
    }

    Stream<Entry> entries() {
        return blocks.asMap().values().stream().map(Block::entry);
    }

    /** How many there are, about. */
    long size() {
        return blocks.estimatedSize();
    }

    /** How many blocks there were so far. */
    long began() {
        return began.sum();
    }

    List<MemoryUse> memory() {
        return List.of(
                use("counted", counts.estimatedSize(), countsEvicted),
                use("blocked", blocks.estimatedSize(), blocksEvicted));
    }

    private MemoryUse use(String what, long used, LongAdder evicted) {
        return new MemoryUse(
                "filter", filter + "." + what, MemoryUse.Unit.ENTRIES, used, config.maxAddresses(), evicted.sum());
    }
}
