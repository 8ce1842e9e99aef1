// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.config.store.EmbeddedConfig;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.MemoryUse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A store inside the gateway: all entries in memory, and in a file when one is configured.
 *
 * <p>Reads never wait. A change is on the disk before it is seen by anyone and before the call returns; a change that cannot be
 * written changes nothing. Each change writes the whole file, so this store is for thousands of entries that people and scripts
 * change, not for millions. Without a file the entries are gone when the process ends. One gateway per file.
 */
public final class EmbeddedStore implements Store {
    /** The longest key and the longest value, in chars. */
    public static final int MAX_CHARS = 4096;

    private final String name;
    private final int maxEntries;
    private final Map<String, String> seed;
    private final Optional<EntryFile> file;
    private final ConcurrentHashMap<String, String> entries = new ConcurrentHashMap<>();
    private final Watchers watchers = new Watchers();
    private volatile EmbeddedDecisions decisions;
    /** Held while a change is made, including its write to the disk. */
    private final ReentrantLock changing = new ReentrantLock();

    public EmbeddedStore(String name, EmbeddedConfig config) {
        this.name = name;
        this.maxEntries = config.maxEntries();
        this.seed = Map.copyOf(config.seed());
        this.decisions = new EmbeddedDecisions(name, EmbeddedDecisions.MOST, System::nanoTime);
        this.file = config.file().map(EntryFile::new);
    }

    @Override
    public List<MemoryUse> memory() {
        List<MemoryUse> uses = new ArrayList<>(decisions.memory());
        uses.addFirst(new MemoryUse("store", name, MemoryUse.Unit.ENTRIES, entries.size(), maxEntries, 0));
        return uses;
    }

    @Override
    public String name() {
        return name;
    }

    /** Tells of the file that it could not start with, by its key. */
    public void check(BiConsumer<String, String> wrong) {
        try {
            NavigableMap<String, String> unused = read();
        } catch (IOException e) {
            wrong.accept("embedded.file", String.valueOf(e.getMessage()));
        }
    }

    private NavigableMap<String, String> read() throws IOException {
        NavigableMap<String, String> found = file.isPresent() ? file.get().read(maxEntries) : new TreeMap<>();
        found.putAll(entries);
        seed.forEach(found::putIfAbsent);
        if (found.size() > maxEntries) {
            throw new IOException(
                    "store " + name + ": file and seed have " + found.size() + " entries, limit is " + maxEntries);
        }
        return found;
    }

    @Override
    public void start() throws IOException {
        changing.lock();
        try {
            entries.putAll(read());
        } finally {
            changing.unlock();
        }
        watchers.allChanged();
    }

    /**
     * Takes over what the store that this one replaces holds now, unless it is in a file anyway, and what was decided in it; this store's seed
     * does not change that.
     * Called before {@link #start}.
     */
    public void inherit(EmbeddedStore earlier) {
        decisions = earlier.decisions;
        if (file.isEmpty()) {
            entries.putAll(earlier.entries);
        }
    }

    @Override
    public @Nullable String get(String key) {
        return entries.get(key);
    }

    /** All entries as they are now, in the order of their keys. */
    public NavigableMap<String, String> entries() {
        return new TreeMap<>(entries);
    }

    /**
     * Puts the value under the key. Blocks until it is on the disk.
     *
     * @throws IllegalArgumentException when key or value is empty or longer than {@link #MAX_CHARS}
     * @throws GatewayException OVERLOADED when the store is full, STORE_UNAVAILABLE when the file cannot be written: the old
     *     content stays, in memory and on the disk
     */
    public void put(String key, String value) {
        check("key", key);
        check("value", value);
        change(key, value);
    }

    /**
     * Removes the key, and returns whether it was there. Blocks until that is on the disk. A key of the seed is back after the
     * next start.
     *
     * @throws GatewayException STORE_UNAVAILABLE when the file cannot be written: the old content stays
     */
    public boolean delete(String key) {
        return change(key, null);
    }

    @Override
    public Decisions decisions() {
        return decisions;
    }

    @Override
    public StoredSet set(String prefix) {
        return new EmbeddedSet(this, prefix);
    }

    @Override
    public Watch watch(String prefix, Watcher watcher) {
        return watchers.add(prefix, watcher);
    }

    @Override
    public boolean available() {
        return true;
    }

    @Override
    public @Nullable String problem() {
        return null;
    }

    @Override
    public Duration timeout() {
        return Duration.ofSeconds(1);
    }

    @Override
    public List<ConnectionCounts> connections() {
        return List.of();
    }

    @Override
    public void close() {
        // every change is on the disk already
    }

    /** Returns whether the key was there before. */
    private boolean change(String key, @Nullable String value) {
        changing.lock();
        try {
            String before = entries.get(key);
            if (before == null ? value == null : before.equals(value)) {
                return before != null;
            }
            if (before == null && entries.size() >= maxEntries) {
                throw new GatewayException(
                        Cause.OVERLOADED,
                        "store " + name + " has " + entries.size() + " entries, limit is " + maxEntries);
            }
            write(key, value);
            if (value == null) {
                entries.remove(key);
            } else {
                entries.put(key, value);
            }
            watchers.changed(key);
            return before != null;
        } finally {
            changing.unlock();
        }
    }

    private void write(String key, @Nullable String value) {
        if (file.isEmpty()) {
            return;
        }
        NavigableMap<String, String> next = entries();
        if (value == null) {
            next.remove(key);
        } else {
            next.put(key, value);
        }
        try {
            file.get().write(next);
        } catch (IOException e) {
            throw new GatewayException(Cause.STORE_UNAVAILABLE, "store " + name + ": " + e.getMessage(), e);
        }
    }

    private static void check(String what, String text) {
        if (text.isEmpty() || text.length() > MAX_CHARS) {
            throw new IllegalArgumentException(what + " has " + text.length() + " chars, expected 1 to " + MAX_CHARS);
        }
    }
}
