// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import io.penstock.gateway.store.ConnectionCounts.Ending;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts what happens to the connections to one peer. Safe for use by any thread. */
final class ConnectionTally {
    final LongAdder opened = new LongAdder();
    final LongAdder failed = new LongAdder();
    /** How often a connection was put to use, where that is not once for each. */
    final LongAdder taken = new LongAdder();

    private final String peer;
    private final String use;
    private final Map<Ending, LongAdder> closed = new EnumMap<>(Ending.class);

    ConnectionTally(String peer, String use) {
        this.peer = peer;
        this.use = use;
        for (Ending ending : Ending.values()) {
            closed.put(ending, new LongAdder());
        }
    }

    void closed(Ending ending) {
        LongAdder count = closed.get(ending);
        if (count != null) {
            count.increment();
        }
    }

    ConnectionCounts counts() {
        Map<Ending, Long> ended = new EnumMap<>(Ending.class);
        closed.forEach((ending, count) -> {
            if (count.sum() > 0) {
                ended.put(ending, count.sum());
            }
        });
        long open = opened.sum()
                - ended.values().stream().mapToLong(Long::longValue).sum();
        long reused = Math.max(0, taken.sum() - opened.sum());
        return new ConnectionCounts(peer, use, opened.sum(), failed.sum(), Math.max(0, open), reused, ended);
    }
}
