// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import java.time.Duration;
import java.util.Optional;

/**
 * What a lookup would do with a key and why, for people.
 *
 * @param state of the cache's entry
 * @param age of the cache's entry: time since the store gave it
 * @param value what the cache has; when it has nothing, what the store has now; empty when there is no such key
 * @param address the resolved address and port that a request would go to
 * @param refusal the cause that a request would end with, in kebab-case
 * @param reason why it is refused, or which rule allows it
 */
public record Explanation(
        String key,
        State state,
        Optional<Duration> age,
        Optional<String> value,
        Optional<String> address,
        Optional<String> refusal,
        String reason) {

    /** How the cache holds a key. */
    public enum State {
        /** Not at all: the next request asks the store. */
        NOT_CACHED,
        /** Served from the cache. */
        FRESH,
        /** Served from the cache once more while the store is asked. */
        AGED,
        /** The store said that it changed, or could not say whether: the next request asks the store. */
        TO_BE_REVALIDATED,
        /** Served although doubtful, since the store is away. */
        STALE,
        /** Too old for any use: the next request asks the store. */
        EXPIRED
    }
}
