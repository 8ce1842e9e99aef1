// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.penstock.gateway.admin.answer.AdminRefusal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The look-ups and what their stores hold.
 *
 * <p>Keys are complete, as the store knows them (after the template is filled). A char of a key is one byte, as in a request head.
 * Every method but {@link #names()} throws {@link AdminRefusal} when it cannot do what is asked, and only then.
 */
public interface LookupsView {

    /** The names of the configured look-ups. */
    List<String> names();

    /** What the store holds under the key now. */
    Optional<String> get(String lookup, String key);

    /**
     * Stores the target; refuses with {@link AdminRefusal#conflict} when the store is not the embedded one, and with {@link
     * AdminRefusal#invalid} what is no {@code host:port}. Whether the look-up allows it is seen when it is {@linkplain #explain explained}.
     */
    void put(String lookup, String key, String target);

    /** Removes the key and says whether it was there; refuses as {@link #put} does. */
    boolean delete(String lookup, String key);

    /** What a request with this key, or with this value in its one field, would meet; changes nothing, and asks the store when the cache has nothing. */
    Explanation explain(String lookup, String key);

    /**
     * What a request with a key would meet.
     *
     * @param key of the store
     * @param store {@code embedded} or {@code redis}
     * @param cache {@code not-cached}, {@code fresh}, {@code absent} (known not to exist), {@code aged} (served once more while the
     *     store is asked), {@code to-be-revalidated} (the next request asks the store), {@code stale} (served since the store is away) or
     *     {@code expired} (too old for any use)
     * @param age of the cache entry, when there is one
     * @param value what the store or the cache says
     * @param address {@code address:port} that a request would go to; when it is refused, all that the value leads to
     * @param allowed whether a request would be sent there
     * @param why one sentence: which rule allows or refuses it
     */
    record Explanation(
            String key,
            String store,
            String cache,
            @Nullable Duration age,
            @Nullable String value,
            @Nullable String address,
            boolean allowed,
            String why) {}
}
