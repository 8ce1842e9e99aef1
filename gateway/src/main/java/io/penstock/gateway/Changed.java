// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * What differs between two lists of immutable parts, most of which are the same objects in the same order. Costs little more than one look at
 * each reference, unless what differs lies far apart.
 *
 * @param gone in the first list only
 * @param come in the second list only
 * @param kept in both
 */
record Changed<T>(List<T> gone, List<T> come, List<T> kept) {

    /** Compares by identity: an equal part that is another object has gone and come. */
    static <T> Changed<T> between(List<T> before, List<T> after) {
        int most = Math.min(before.size(), after.size());
        int head = 0;
        while (head < most && before.get(head) == after.get(head)) {
            head++;
        }
        int tail = 0;
        while (tail < most - head && last(before, tail) == last(after, tail)) {
            tail++;
        }
        List<T> old = before.subList(head, before.size() - tail);
        List<T> now = after.subList(head, after.size() - tail);
        Set<T> had = Collections.newSetFromMap(new IdentityHashMap<>());
        had.addAll(old);
        Set<T> has = Collections.newSetFromMap(new IdentityHashMap<>());
        has.addAll(now);
        List<T> kept = new ArrayList<>(after.subList(0, head));
        now.stream().filter(had::contains).forEach(kept::add);
        kept.addAll(after.subList(after.size() - tail, after.size()));
        return new Changed<>(
                old.stream().filter(one -> !has.contains(one)).toList(),
                now.stream().filter(one -> !had.contains(one)).toList(),
                kept);
    }

    private static <T> T last(List<T> list, int place) {
        return list.get(list.size() - 1 - place);
    }

    int size() {
        return gone.size() + come.size();
    }
}
