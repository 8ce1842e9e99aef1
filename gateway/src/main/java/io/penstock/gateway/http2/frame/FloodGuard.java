// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.frame;

import io.penstock.gateway.config.listener.Http2Config;
import java.util.Arrays;

/**
 * Counts the cheap frames that cost us work, and ends the connection of a peer that sends too many in the configured time (RFC
 * 9113 §10.5). Used by the connection's reader alone.
 */
public final class FloodGuard {
    private final int[] limits = new int[Flood.values().length];
    private final int[] counts = new int[limits.length];
    private final long windowNanos;
    private long windowStart = System.nanoTime();

    public FloodGuard(Http2Config config) {
        windowNanos = config.floodWindow().toNanos();
        for (Flood flood : Flood.values()) {
            limits[flood.ordinal()] = flood.limit(config);
        }
    }

    /** Counts one; throws when it is one too many. */
    public void count(Flood flood) throws Http2Exception {
        int index = flood.ordinal();
        if (++counts[index] <= limits[index]) {
            return;
        }
        long now = System.nanoTime();
        if (now - windowStart > windowNanos) {
            windowStart = now;
            Arrays.fill(counts, 0);
            counts[index] = 1;
            return;
        }
        throw Http2Exception.flood(flood, "flood of " + flood.slug() + ": more than " + limits[index]);
    }
}
