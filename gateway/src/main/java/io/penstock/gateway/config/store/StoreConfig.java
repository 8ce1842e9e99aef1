// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.store;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where dynamic configuration lives: Redis when {@code redis.url} is not blank, otherwise the embedded file.
 *
 * @param name unique among stores; what a lookup's {@code store} names; required
 * @param redis absent, or with a blank URL, uses the embedded store
 * @param embedded all with defaults
 */
public record StoreConfig(String name, Optional<RedisConfig> redis, EmbeddedConfig embedded) {

    public StoreConfig {
        new Check().name("name", name).done();
    }

    /** Reads one of the {@code stores}. */
    public static StoreConfig from(ConfigNode node) {
        return new StoreConfig(
                node.text("name"),
                node.optionalChild("redis", RedisConfig::from).flatMap(Function.identity()),
                node.child("embedded", EmbeddedConfig::from));
    }
}
