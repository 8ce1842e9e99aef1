// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.config.store.StoreConfig;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.MemoryUse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys with values that change at run time, and word of each change.
 *
 * <p>Keys and values are strings with one byte per char (ISO-8859-1), as the fields of a head are, so that every byte sequence
 * can be a key. Safe for use by any thread.
 */
public sealed interface Store extends AutoCloseable permits EmbeddedStore, RedisStore {

    /** The store of this configuration, not yet started: Redis when it has a URL, otherwise the embedded one. */
    static Store of(StoreConfig config) {
        return config.redis()
                .filter(redis -> !redis.url().isBlank())
                .<Store>map(redis -> new RedisStore(config.name(), redis))
                .orElseGet(() -> new EmbeddedStore(config.name(), config.embedded()));
    }

    String name();

    /**
     * Begins to serve. A store on the network that is away does not fail this: it is connected as soon as it is there.
     *
     * @throws IOException when what the store needs on this machine cannot be read; the message names the file and the line
     */
    void start() throws IOException;

    /**
     * Returns the value under the key, or null when there is none. Blocks up to {@link #timeout()}, and fails at once while the
     * store is known to be away.
     *
     * @throws GatewayException STORE_UNAVAILABLE, or MALFORMED_TARGET when what is stored under the key is not a string
     */
    @Nullable
    String get(String key);

    /**
     * Tells the watcher of every change of a key with this prefix from now on. The watcher is called by the store's own threads
     * and must not block.
     */
    Watch watch(String prefix, Watcher watcher);

    /** All its keys with this prefix. */
    StoredSet set(String prefix);

    /** What is decided in it, together with the other nodes that use it. */
    Decisions decisions();

    /** Whether the last attempts to reach the store succeeded. */
    boolean available();

    /** Why the store is not available, or null while it is. */
    @Nullable
    String problem();

    /** The longest time that {@link #get} takes in the worst case that it waits for. */
    Duration timeout();

    /** What it keeps in memory; empty for a store that keeps nothing here. */
    default List<MemoryUse> memory() {
        return decisions().memory();
    }

    /** What happened so far to the connections of this store, one row per peer and use; empty for a store without any. */
    List<ConnectionCounts> connections();

    /** Stops telling watchers and closes every connection. */
    @Override
    void close();
}
