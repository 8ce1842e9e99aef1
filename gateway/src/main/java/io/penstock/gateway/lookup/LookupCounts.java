// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import java.util.concurrent.atomic.LongAdder;

/** What one lookup did since it was made. Written by any thread, read by whoever watches. */
public final class LookupCounts {
    final LongAdder hits = new LongAdder();
    final LongAdder loads = new LongAdder();
    final LongAdder joined = new LongAdder();
    final LongAdder refreshes = new LongAdder();
    final LongAdder stale = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder invalidations = new LongAdder();
    final LongAdder invalidatedAll = new LongAdder();

    LookupCounts() {}

    /** Requests answered from the cache. */
    public long hits() {
        return hits.sum();
    }

    /** Questions to the store, in the background or not. */
    public long loads() {
        return loads.sum();
    }

    /** Requests that waited for another one's question. */
    public long joined() {
        return joined.sum();
    }

    /** Questions in the background, while the entry served. */
    public long refreshes() {
        return refreshes.sum();
    }

    /** Requests answered with a doubtful entry, since the store was away. */
    public long stale() {
        return stale.sum();
    }

    /** Requests that failed for want of an answer from the store. */
    public long failures() {
        return failures.sum();
    }

    /** Keys that the store said had changed, cached or not. */
    public long invalidations() {
        return invalidations.sum();
    }

    /** How often every entry became doubtful. */
    public long invalidatedAll() {
        return invalidatedAll.sum();
    }
}
