// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.wire.TlsFailures;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a listener counts. Thread-safe. */
final class ListenerCounts {
    final AtomicInteger open = new AtomicInteger();
    final LongAdder accepted = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder restarts = new LongAdder();
    final LongAdder http1 = new LongAdder();
    final LongAdder http2 = new LongAdder();
    final TlsFailures tlsFailures = new TlsFailures();
    private final LongAdder[] endings = new LongAdder[DownstreamEnding.values().length];

    ListenerCounts() {
        Arrays.setAll(endings, index -> new LongAdder());
    }

    void ended(DownstreamEnding how) {
        endings[how.ordinal()].increment();
    }

    long endings(DownstreamEnding how) {
        return endings[how.ordinal()].sum();
    }
}
