// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.dynamic;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Routes, clusters, filters and look-ups that change while the gateway runs.
 *
 * @param store one of the {@code stores}, in Redis, that all nodes share; absent means that {@code file} is where they are
 * @param key under which they are in the store, 1 to 256 chars, default {@code penstock:config}
 * @param file where this node keeps them: all that there is without a store, the last good copy of it with one; default {@code
 *     penstock-dynamic.json}
 * @param timeout 10 ms to 1 min, default 2 s; of each question to the store, everything that there is included
 * @param poll 1 s to 1 h, default 10 s; how often the store is asked even when it says nothing
 * @param history 10 to 10 000, default 100; changes that can be seen and taken back
 * @param maxDocuments 1 to 100 000, default 20 000
 */
public record DynamicConfig(
        Optional<String> store, String key, Path file, Duration timeout, Duration poll, int history, int maxDocuments) {
    private static final int MOST_KEY_CHARS = 256;

    public DynamicConfig {
        new Check()
                .notBlank("key", key)
                .that(
                        "key",
                        key.length() <= MOST_KEY_CHARS,
                        key.length() + " chars",
                        "are too many, expected at most " + MOST_KEY_CHARS)
                .range("timeout", timeout, ofMillis(10), ofSeconds(60))
                .range("poll", poll, ofSeconds(1), ofHours(1))
                .range("history", history, 10, 10_000)
                .range("max-documents", maxDocuments, 1, 100_000)
                .done();
    }

    /** Reads the chapter. */
    public static DynamicConfig from(ConfigNode node) {
        return new DynamicConfig(
                node.optionalText("store"),
                node.text("key", "penstock:config"),
                node.optionalPath("file").orElse(Path.of("penstock-dynamic.json")),
                node.duration("timeout", ofSeconds(2)),
                node.duration("poll", ofSeconds(10)),
                node.integer("history", 100),
                node.integer("max-documents", 20_000));
    }
}
