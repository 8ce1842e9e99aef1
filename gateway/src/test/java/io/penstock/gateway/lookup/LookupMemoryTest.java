// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.gateway.config.store.EmbeddedConfig;
import io.penstock.gateway.store.EmbeddedStore;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an entry takes. {@code scripts/bench entries} runs it with 1,000,000 entries and the shipped flags, and shows what it logs.
 */
class LookupMemoryTest {
    private static final int ENTRIES = Integer.getInteger("penstock.entries", 50_000);

    @ParameterizedTest
    @ValueSource(ints = {100, Integer.MAX_VALUE})
    void takesNoMoreThanItCountsForAnEntry(int targets) throws Exception {
        EmbeddedStore store = new EmbeddedStore("store", new EmbeddedConfig(Optional.empty(), 1_000_000, Map.of()));
        store.start();
        for (int i = 0; i < ENTRIES; i++) {
            int target = i % targets;
            store.put(
                    key(i), "10." + (target >> 16 & 255) + "." + (target >> 8 & 255) + "." + (target & 255) + ":9000");
        }
        long before = heapBytes();

        Lookup lookup = new Lookup(
                Lookups.config("${jobid}", 1_000_000),
                store,
                NameCache.ofSystem(InstantSource.system()),
                InstantSource.system());
        for (int i = 0; i < ENTRIES; i++) {
            lookup.resolve(Lookups.request(key(i)));
        }
        long bytes = (heapBytes() - before) / ENTRIES;

        assertThat(lookup.size()).isEqualTo(ENTRIES);
        assertThat(bytes).as("bytes for each of " + ENTRIES).isBetween(1L, (long) Lookup.ENTRY_BYTES);
        org.slf4j.LoggerFactory.getLogger(LookupMemoryTest.class)
                .info(
                        "{} entries, {} targets: {} bytes each, {} MiB together",
                        Integer.toString(ENTRIES),
                        Integer.toString(Math.min(targets, ENTRIES)),
                        bytes,
                        (bytes * ENTRIES) >> 20);
        store.close();
    }

    /** As long as a UUID. */
    private static String key(int i) {
        return String.format("5f0c1d2e-0000-4000-8000-%012d", i);
    }

    private static long heapBytes() {
        for (int i = 0; i < 3; i++) {
            ManagementFactory.getMemoryMXBean().gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
