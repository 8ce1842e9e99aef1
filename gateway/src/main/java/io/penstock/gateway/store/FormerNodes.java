// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the servers that a store has left have counted: each for itself until its last connection is closed, then one sum per use, so that
 * no counter ever falls. Its owner's lock guards it.
 */
final class FormerNodes {
    private final List<RedisNode> leaving = new ArrayList<>();
    private final Map<String, ConnectionCounts> sums = new TreeMap<>();

    /** The server was left, and closes its connections. */
    void add(RedisNode node) {
        settle();
        leaving.add(node);
    }

    List<ConnectionCounts> connections() {
        settle();
        List<ConnectionCounts> rows = new ArrayList<>();
        leaving.forEach(node -> rows.addAll(node.connections()));
        rows.addAll(sums.values());
        return rows;
    }

    private void settle() {
        leaving.removeIf(node -> {
            List<ConnectionCounts> last = node.connections();
            boolean closed = last.stream().allMatch(counts -> counts.open() == 0);
            if (closed) {
                last.forEach(
                        counts -> sums.merge(counts.use(), counts.of(ConnectionCounts.FORMER), ConnectionCounts::plus));
            }
            return closed;
        });
    }
}
