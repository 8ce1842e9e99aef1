// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.MemoryUse;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a store has under the keys of one prefix, as far as somebody has asked, in memory: values and that there is none alike. It is kept
 * until the store says that it changed; as a safety net, what is older than {@code freshFor} is asked for again before it is believed.
 *
 * <p>One question per key is under way at a time, on a thread of its own. Safe for use by any thread.
 */
public final class KeptValues implements AutoCloseable {

    /**
     * What is known of one key.
     *
     * @param value null when the store has none
     */
    public record Held(@Nullable String value) {}

    private static final class Entry {
        final Held held;
        final long nanos;
        final long generation;
        volatile boolean outdated;

        Entry(Held held, long nanos, long generation) {
            this.held = held;
            this.nanos = nanos;
            this.generation = generation;
        }
    }

    /** A question that is under way. */
    private static final class Load {
        final CountDownLatch over = new CountDownLatch(1);
        final long generation;
        volatile boolean outdated;
        volatile @Nullable Held answer;
        volatile @Nullable GatewayException failure;

        Load(long generation) {
            this.generation = generation;
        }
    }

    private final Store store;
    private final String prefix;
    private final int entries;
    private final long freshNanos;
    private final Cache<String, Entry> cache;
    private final ConcurrentHashMap<String, Load> loads = new ConcurrentHashMap<>();
    private final LongAdder evicted = new LongAdder();
    /** Grows when every entry became doubtful. */
    private final AtomicLong generation = new AtomicLong();

    private final Watch watch;

    /**
     * Begins to hear of changes.
     *
     * @param prefix of every key; put before each that is asked for
     * @param entries how many keys are kept
     */
    public KeptValues(Store store, String prefix, Duration freshFor, int entries) {
        this.store = store;
        this.prefix = prefix;
        this.entries = entries;
        this.freshNanos = freshFor.toNanos();
        this.cache = Caffeine.newBuilder()
                .maximumSize(entries)
                .evictionListener((key, entry, cause) -> {
                    if (cause == RemovalCause.SIZE) {
                        evicted.increment();
                    }
                })
                .executor(Runnable::run)
                .build();
        this.watch = store.watch(prefix, new Watcher() {
            @Override
            public void changed(String key) {
                outdate(key);
            }

            @Override
            public void allChanged() {
                generation.incrementAndGet();
            }
        });
    }

    private void outdate(String key) {
        Load load = loads.get(key);
        if (load != null) {
            load.outdated = true;
        }
        Entry entry = cache.policy().getIfPresentQuietly(key);
        if (entry != null) {
            entry.outdated = true;
        }
    }

    /** What is known for sure, or null when {@link #get} has to be called. Never blocks. */
    public @Nullable Held ready(String key) {
        Entry entry = cache.getIfPresent(prefix + key);
        return entry != null
                        && !entry.outdated
                        && entry.generation == generation.get()
                        && System.nanoTime() - entry.nanos < freshNanos
                ? entry.held
                : null;
    }

    /** What was known last, however doubtful; null when nothing was. Never blocks. */
    public @Nullable Held last(String key) {
        Entry entry = cache.getIfPresent(prefix + key);
        return entry == null ? null : entry.held;
    }

    /**
     * What is known for sure, or what the store answers; blocks up to the store's timeout.
     *
     * @throws GatewayException STORE_UNAVAILABLE; MALFORMED_TARGET when what is stored is not a string
     */
    public Held get(String key) {
        Held held = ready(key);
        return held == null ? await(begin(prefix + key)) : held;
    }

    /** Joins the question that is under way, or starts one. */
    private Load begin(String key) {
        Load fresh = new Load(generation.get());
        Load load = loads.compute(
                key,
                (k, running) -> running != null && !running.outdated && running.generation == fresh.generation
                        ? running
                        : fresh);
        if (load == fresh) {
            Thread.ofVirtual().name("values " + prefix).start(() -> run(key, fresh));
        }
        return load;
    }

    private void run(String key, Load load) {
        try {
            Held answer = new Held(store.get(key));
            Entry entry = new Entry(answer, System.nanoTime(), load.generation);
            loads.computeIfPresent(key, (k, running) -> {
                if (running == load) {
                    cache.put(key, entry);
                    return null;
                }
                return running;
            });
            if (load.outdated) {
                entry.outdated = true; // the change came while the store was answering
            }
            load.answer = answer;
        } catch (GatewayException e) {
            load.failure = e;
        } catch (RuntimeException e) {
            load.failure = new GatewayException(Cause.INTERNAL, "load of a value failed: " + e, e);
        } finally {
            loads.remove(key, load);
            load.over.countDown();
        }
    }

    private Held await(Load load) {
        try {
            if (!load.over.await(store.timeout().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new GatewayException(Cause.STORE_UNAVAILABLE, "no answer of store " + store.name() + " in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GatewayException(Cause.DRAINING, "interrupted", e);
        }
        GatewayException why = load.failure;
        Held answer = load.answer;
        if (answer != null) {
            return answer;
        }
        throw why == null
                ? new GatewayException(Cause.INTERNAL, "load of a value failed")
                : new GatewayException(why.reason(), why.detail(), why);
    }

    /** What it keeps, for the filter of this name. */
    public MemoryUse memory(String filter) {
        return new MemoryUse("filter", filter, MemoryUse.Unit.ENTRIES, cache.estimatedSize(), entries, evicted.sum());
    }

    /** Hears of changes no more; the store itself stays open. */
    @Override
    public void close() {
        watch.close();
    }
}
