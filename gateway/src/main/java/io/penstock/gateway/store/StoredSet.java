// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.exchange.GatewayException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All keys of a store with one prefix, for who keeps the whole of it in memory; {@link Store#watch} tells of changes. Every call blocks for the
 * store's answers, each for the store's timeout at most. Names and values are strings with one byte per char. Safe for use by any thread.
 */
public sealed interface StoredSet permits EmbeddedSet, RedisSet {

    /**
     * One key.
     *
     * @param name what follows the prefix
     * @param left how long the store still has it; null for good
     */
    record Member(String name, String value, @Nullable Duration left) {}

    /**
     * Returns all that there are, each once and in no order, but not many more than {@code most}. What comes or goes meanwhile may be among them
     * or not. In Redis this walks over all keys of the database, a thousand at a time.
     *
     * @throws GatewayException STORE_UNAVAILABLE
     */
    List<Member> members(int most);

    /**
     * Returns the one of this name, or null when there is none.
     *
     * @throws GatewayException STORE_UNAVAILABLE
     */
    @Nullable
    Member member(String name);

    /**
     * Adds one for so long, unless there is one of this name, for the other nodes that share the store. A store that is this node's alone does
     * nothing: it has nobody to tell.
     *
     * @throws GatewayException STORE_UNAVAILABLE; it may have been added then
     */
    void add(String name, String value, Duration life);
}
