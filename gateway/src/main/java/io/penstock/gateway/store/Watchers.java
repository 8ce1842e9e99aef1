// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who is told of the changes of one store. Safe for use by any thread. */
final class Watchers {

    private record Entry(String prefix, Watcher watcher) {}

    private final CopyOnWriteArrayList<Entry> entries = new CopyOnWriteArrayList<>();

    Watch add(String prefix, Watcher watcher) {
        Entry entry = new Entry(prefix, watcher);
        entries.add(entry);
        return () -> entries.remove(entry);
    }

    void changed(String key) {
        for (Entry entry : entries) {
            if (key.startsWith(entry.prefix())) {
                entry.watcher().changed(key);
            }
        }
    }

    void allChanged() {
        for (Entry entry : entries) {
            entry.watcher().allChanged();
        }
    }

    /** The prefixes in use, without those that a shorter one covers: Redis refuses overlapping ones. */
    List<String> prefixes() {
        List<String> all = entries.stream().map(Entry::prefix).distinct().toList();
        return all.stream()
                .filter(prefix -> all.stream().noneMatch(other -> !other.equals(prefix) && prefix.startsWith(other)))
                .toList();
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }
}
