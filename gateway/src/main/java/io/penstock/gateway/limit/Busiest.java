// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** The keys that were refused most often of late. Bounded: of more than {@value #MOST} keys those that come rarely are forgotten. */
final class Busiest {
    static final int MOST = 1_000;
    static final int SHOWN = 100;
    private static final Duration MEMORY = Duration.ofMinutes(10);

    private final Cache<String, LongAdder> counts = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterAccess(MEMORY)
            .executor(Runnable::run)
            .build();

    void hit(String key) {
        counts.get(key, absent -> new LongAdder()).increment();
    }

    /** The busiest first. */
    List<LimitReport.Busy> most() {
        return counts.asMap().entrySet().stream()
                .map(entry ->
                        new LimitReport.Busy(entry.getKey(), entry.getValue().sum()))
                .sorted(Comparator.comparingLong(LimitReport.Busy::hits).reversed())
                .limit(SHOWN)
                .toList();
    }
}
