// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream;

import io.penstock.gateway.upstream.pool.PoolReport;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the pools that were given up have counted: one sum per cluster or lookup, so that targets that come and go take no memory and
 * no counter ever falls. Its owner's lock guards it.
 */
final class FormerPools {
    private final Map<String, PoolReport> sums = new TreeMap<>();

    void add(PoolReport last) {
        sums.merge(last.user(), last.of(PoolReport.FORMER), PoolReport::plus);
    }

    Collection<PoolReport> reports() {
        return sums.values();
    }
}
