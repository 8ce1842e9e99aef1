// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.penstock.gateway.config.lookup.LookupConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.store.Store;
import io.penstock.gateway.store.Watch;
import io.penstock.gateway.store.Watcher;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Finds the target of a request: fills the key template from the request's fields and returns what the store has under that key.
 *
 * <p>The answers are cached until the store says that the key changed. As a safety net an answer older than {@code fresh-for}
 * is asked for again in the background while it serves, and one that is twice as old no more serves before the store has answered, so
 * that a change of which the word was lost is seen then; an absent key is asked for again after {@code absent-for}. One question
 * per key is under way at a time, and everyone else who needs the answer waits for that one, never longer than the store's
 * timeout. While the store is away, answers serve up to the age of {@code stale-for}; so do those that the store could not confirm.
 *
 * <p>The cache holds at most {@code cache-entries} answers. Each counts as at least {@value #ENTRY_BYTES} bytes, longer ones as
 * what they take, and the sum is bounded too: with the default of 1,000,000 entries by 512 MB.
 *
 * <p>Safe for use by any thread.
 */
public final class Lookup implements AutoCloseable {
    /** What an entry of the cache counts as when key and value are of usual length, in bytes. */
    public static final int ENTRY_BYTES = 512;

    /** What an entry takes beside its key: the nodes of the cache, the entry, an answer that no other key shares. */
    private static final int OVERHEAD_BYTES = 400;
    /** While the store is away, each key that is in use is asked for again after this time. */
    private static final Duration ASK_AGAIN = Duration.ofMillis(250);

    private final LookupConfig config;
    private final Store store;
    private final InstantSource clock;
    private final KeyTemplate template;
    private final Answers answers;
    private final Cache<String, Entry> cache;
    private final ConcurrentHashMap<String, Load> loads = new ConcurrentHashMap<>();
    private final LookupCounts counts = new LookupCounts();
    private final LongAdder evicted = new LongAdder();
    /** Grows when every entry became doubtful. */
    private final AtomicLong generation = new AtomicLong();

    private final Watch watch;
    private final long freshMillis;
    private final long absentMillis;
    private final long staleMillis;

    public Lookup(LookupConfig config, Store store, NameCache names, InstantSource clock) {
        this.config = config;
        this.store = store;
        this.clock = clock;
        this.template = KeyTemplate.of(config.key(), config.keyCharacters(), config.maxKeyBytes());
        this.answers = new Answers(new AllowList(config.allow()), names);
        this.cache = Caffeine.newBuilder()
                .maximumWeight((long) config.cacheEntries() * ENTRY_BYTES)
                .weigher((String key, Entry entry) -> weight(key, entry))
                .evictionListener((key, entry, cause) -> {
                    if (cause == RemovalCause.SIZE) {
                        evicted.increment();
                    }
                })
                .executor(Runnable::run)
                .build();
        this.freshMillis = config.freshFor().toMillis();
        this.absentMillis = config.absentFor().toMillis();
        this.staleMillis = config.staleFor().toMillis();
        this.watch = config.cached() ? watch() : () -> {};
    }

    private Watch watch() {
        return store.watch(template.prefix(), new Watcher() {
            @Override
            public void changed(String key) {
                outdate(key);
            }

            @Override
            public void allChanged() {
                counts.invalidatedAll.increment();
                generation.incrementAndGet();
            }
        });
    }

    public String name() {
        return config.name();
    }

    public Store store() {
        return store;
    }

    /** What this lookup did so far. */
    public LookupCounts counts() {
        return counts;
    }

    /** Entries held now, about. */
    public long size() {
        return cache.estimatedSize();
    }

    /** What its cache takes. */
    public MemoryUse memory() {
        long weight = cache.policy()
                .eviction()
                .map(one -> one.weightedSize().orElse(0))
                .orElse(0L);
        long capacity = (long) config.cacheEntries() * ENTRY_BYTES;
        return new MemoryUse("lookup", name(), MemoryUse.Unit.BYTES, weight, capacity, evicted.sum());
    }

    /** Whether an answer is held that would serve while the store is away. Looks through the cache: not for the path of a request. */
    public boolean holdsTargets() {
        long now = clock.millis();
        return cache.asMap().values().stream()
                .anyMatch(entry -> !entry.absent()
                        && !(entry.answer() instanceof Answer.Refused)
                        && entry.ageMillis(now) < staleMillis);
    }

    /**
     * Returns the target when it is known without waiting, or null when {@link #resolve} has to be called. Never blocks; the same
     * object is returned for as long as the answer is the same.
     *
     * @throws GatewayException NO_ROUTE_KEY, BAD_ROUTE_KEY; and when that is known without waiting KEY_UNKNOWN, MALFORMED_TARGET,
     *     TARGET_NOT_ALLOWED or NAME_UNRESOLVED
     */
    public @Nullable Target ready(Head request) {
        String key = template.fill(request);
        Entry entry = config.cached() ? cache.getIfPresent(key) : null;
        if (entry == null) {
            template.check(request, key);
            return null;
        }
        if (!usable(key, entry, clock.millis())) {
            return null;
        }
        counts.hits.increment();
        return entry.answer().ready();
    }

    /**
     * Returns the target; blocks the calling thread while the store or a name server is asked: up to the store's timeout and 3 s.
     *
     * @throws GatewayException NO_ROUTE_KEY, BAD_ROUTE_KEY, KEY_UNKNOWN, STORE_UNAVAILABLE, NO_LOCAL_PORT, MALFORMED_TARGET,
     *     NAME_UNRESOLVED or TARGET_NOT_ALLOWED
     */
    public Target resolve(Head request) {
        String key = template.fill(request);
        template.check(request, key);
        if (!config.cached()) {
            return askedNow(key).resolve();
        }
        Entry entry = cache.getIfPresent(key);
        if (entry == null || !usable(key, entry, clock.millis())) {
            entry = load(key);
        }
        return entry.answer().resolve();
    }

    /** The store's answer for one request, which nobody shares and nothing that was heard before replaces. */
    private Answer askedNow(String key) {
        counts.loads.increment();
        try {
            return asked(key);
        } catch (GatewayException e) {
            counts.failures.increment();
            throw e;
        }
    }

    /**
     * Tells what a request with this key would get and why; for a value that callers send, what they get. Asks the store when the cache does not have the key, without changing
     * the cache; blocks as {@link #resolve} does.
     *
     * @throws GatewayException STORE_UNAVAILABLE
     */
    public Explanation explain(String keyOrValue) {
        String key = template.meant(keyOrValue);
        Entry entry = cache.policy().getIfPresentQuietly(key);
        Answer answer = entry == null ? asked(key) : entry.answer();
        Optional<Duration> age =
                Optional.ofNullable(entry).map(held -> Duration.ofMillis(held.ageMillis(clock.millis())));
        return Explanation.of(key, entry == null ? Explanation.State.NOT_CACHED : state(entry), age, answer);
    }

    /** Ends the store's word of changes to this lookup. The store itself stays open. */
    @Override
    public void close() {
        watch.close();
    }

    private Explanation.State state(Entry entry) {
        long now = clock.millis();
        long age = entry.ageMillis(now);
        boolean current = entry.current(generation.get());
        if (current && entry.absent() && age < absentMillis) {
            return Explanation.State.ABSENT;
        }
        if (entry.absent() || age >= staleMillis) {
            return Explanation.State.EXPIRED;
        }
        if (current && age < 2 * freshMillis) {
            return age < freshMillis ? Explanation.State.FRESH : Explanation.State.AGED;
        }
        return entry.servesWhileAway(generation.get()) ? Explanation.State.STALE : Explanation.State.TO_BE_REVALIDATED;
    }

    /** Whether the entry may serve without waiting for the store; begins to ask in the background when it is time to. */
    private boolean usable(String key, Entry entry, long now) {
        long age = entry.ageMillis(now);
        boolean current = entry.current(generation.get());
        if (current && age < (entry.absent() ? absentMillis : freshMillis)) {
            return true;
        }
        boolean onceMore = current && age < 2 * freshMillis;
        if (entry.absent() || age >= staleMillis || !(onceMore || entry.servesWhileAway(generation.get()))) {
            return false;
        }
        if (entry.toBeAsked(now)) {
            refresh(key);
        }
        if (!onceMore) {
            counts.stale.increment();
        }
        return true;
    }

    private void refresh(String key) {
        Load running = loads.get(key);
        if (running == null || !running.current(generation.get())) {
            counts.refreshes.increment();
            begin(key);
        }
    }

    /** Waits for the store's answer, and falls back to what is held when the store is away. */
    private Entry load(String key) {
        Load load = begin(key);
        try {
            return load.await(store.timeout());
        } catch (GatewayException e) {
            boolean unanswered = e.reason() == Cause.STORE_UNAVAILABLE || e.reason() == Cause.NO_LOCAL_PORT;
            Entry held = unanswered ? served(key, load.generation()) : null;
            if (held == null) {
                counts.failures.increment();
                throw e;
            }
            counts.stale.increment();
            return held;
        }
    }

    /** The held entry when it may serve while the store is away, marked to do so until word of the store comes. */
    private @Nullable Entry served(String key, long asked) {
        long now = clock.millis();
        Entry held = cache.getIfPresent(key);
        if (held == null || held.absent() || held.ageMillis(now) >= staleMillis) {
            return null;
        }
        held.serveWhileAway(asked, now + ASK_AGAIN.toMillis());
        return held;
    }

    /** Joins the question for this key that is under way, or starts one: a thread of its own, so that nobody's end ends it. */
    private Load begin(String key) {
        Load fresh = new Load(generation.get());
        Load load = loads.compute(
                key, (k, running) -> running != null && running.current(fresh.generation()) ? running : fresh);
        if (load == fresh) {
            counts.loads.increment();
            Thread.ofVirtual().name("lookup " + config.name()).start(() -> run(key, fresh));
        } else {
            counts.joined.increment();
        }
        return load;
    }

    private void run(String key, Load load) {
        try {
            Entry entry = new Entry(asked(key), clock.millis(), load.generation());
            loads.compute(key, (k, running) -> {
                if (running == load) {
                    cache.put(key, entry);
                    return null;
                }
                return running;
            });
            if (!load.current(load.generation())) {
                // the change came while the store was answering: what it said may be from before
                entry.outdate();
            }
            load.answer(entry);
        } catch (GatewayException e) {
            failed(key, load, e);
        } catch (RuntimeException e) {
            failed(key, load, new GatewayException(Cause.INTERNAL, "load of a key failed: " + e, e));
        }
    }

    private void failed(String key, Load load, GatewayException why) {
        loads.remove(key, load);
        Entry held = cache.policy().getIfPresentQuietly(key);
        if (held != null && load.current(generation.get())) {
            held.serveWhileAway(load.generation(), clock.millis() + ASK_AGAIN.toMillis());
        }
        load.fail(why);
    }

    private Answer asked(String key) {
        try {
            return answers.of(store.get(key));
        } catch (GatewayException e) {
            if (e.reason() != Cause.MALFORMED_TARGET) {
                throw e;
            }
            return new Answer.Refused("", List.of(), e.reason(), e.detail());
        }
    }

    private void outdate(String key) {
        counts.invalidations.increment();
        Load running = loads.get(key);
        if (running != null) {
            running.outdate();
        }
        Entry entry = cache.policy().getIfPresentQuietly(key);
        if (entry != null) {
            entry.outdate();
        }
    }

    private static int weight(String key, Entry entry) {
        return Math.max(
                ENTRY_BYTES,
                OVERHEAD_BYTES + key.length() + 2 * entry.answer().text().length());
    }
}
