// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of an embedded store with one prefix; they stay until they are deleted. */
final class EmbeddedSet implements StoredSet {
    private final EmbeddedStore store;
    private final String prefix;

    EmbeddedSet(EmbeddedStore store, String prefix) {
        this.store = store;
        this.prefix = prefix;
    }

    @Override
    public List<Member> members(int most) {
        return store.entries().tailMap(prefix).entrySet().stream()
                .takeWhile(entry -> entry.getKey().startsWith(prefix))
                .limit(most + 1L)
                .map(entry -> new Member(entry.getKey().substring(prefix.length()), entry.getValue(), null))
                .toList();
    }

    @Override
    public @Nullable Member member(String name) {
        String value = store.get(prefix + name);
        return value == null ? null : new Member(name, value, null);
    }

    @Override
    public void add(String name, String value, Duration life) {
        // what ends by itself is not for a file, and nobody else reads it
    }
}
