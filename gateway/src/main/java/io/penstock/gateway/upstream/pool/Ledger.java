// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.exchange.ending.UpstreamEnding;
import java.util.EnumMap;
import java.util.Map;

/** Counts the births and deaths of the connections to one endpoint. Thread-safe: its monitor guards it. */
final class Ledger {
    private long opened;
    private long failed;
    private long endedStreams;
    private long endedUsed;
    private final Map<UpstreamEnding, Long> endings = new EnumMap<>(UpstreamEnding.class);

    synchronized void opened() {
        opened++;
    }

    synchronized void failed() {
        failed++;
    }

    synchronized void ended(UpstreamEnding how, long streams) {
        endedStreams += streams;
        endedUsed += streams > 0 ? 1 : 0;
        endings.merge(how, 1L, Long::sum);
    }

    synchronized long openedCount() {
        return opened;
    }

    synchronized long failedCount() {
        return failed;
    }

    /** Streams on connections that have ended. */
    synchronized long endedStreams() {
        return endedStreams;
    }

    /** Connections that have ended and had carried at least one stream. */
    synchronized long endedUsed() {
        return endedUsed;
    }

    synchronized Map<UpstreamEnding, Long> endings() {
        return Map.copyOf(endings);
    }
}
