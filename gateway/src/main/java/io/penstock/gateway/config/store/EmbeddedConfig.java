// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.store;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The store inside the gateway.
 *
 * @param file where it is kept; absent keeps it in memory only
 * @param maxEntries 1 to 10 000 000, default 100 000; most keys held
 * @param seed keys and values ({@code host:port}) put in at start unless the file already has the key, default none
 */
public record EmbeddedConfig(Optional<Path> file, int maxEntries, Map<String, String> seed) {

    public EmbeddedConfig {
        seed = Map.copyOf(seed);
        Check check = new Check()
                .range("max-entries", maxEntries, 1, 10_000_000)
                .that(
                        "seed",
                        seed.size() <= maxEntries,
                        seed.size() + " keys",
                        "are more than max-entries, expected at most as many");
        seed.forEach((key, value) -> check.that(
                        "seed", !key.isBlank(), "", "has a blank key, expected a key for each target")
                .hostPort("seed." + key, value));
        check.done();
    }

    static EmbeddedConfig from(ConfigNode node) {
        return new EmbeddedConfig(node.optionalPath("file"), node.integer("max-entries", 100_000), node.texts("seed"));
    }
}
