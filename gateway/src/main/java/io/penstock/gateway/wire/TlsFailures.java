// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts handshakes that failed, by who ended them and with which alert. Thread-safe; bounded by the number of alerts. */
public final class TlsFailures {
    private final ConcurrentHashMap<TlsFailure.Reason, LongAdder> counts = new ConcurrentHashMap<>();

    /** Counts one. */
    public void add(TlsFailure failure) {
        counts.computeIfAbsent(failure.reason(), reason -> new LongAdder()).increment();
    }

    /** How many there were of each reason that was seen. */
    public Map<TlsFailure.Reason, Long> counts() {
        Map<TlsFailure.Reason, Long> now = new TreeMap<>(Comparator.comparing(TlsFailure.Reason::toString));
        counts.forEach((reason, count) -> now.put(reason, count.sum()));
        return now;
    }
}
