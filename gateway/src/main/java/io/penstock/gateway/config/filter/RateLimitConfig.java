// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How often callers may come.
 *
 * @param layers 1 to 16, all of which are asked; required
 * @param mode default {@code enforce}
 * @param store in which nodes count together; absent means that each node counts for itself
 * @param timeout 1 ms to 1 s, default 20 ms; for all layers together
 * @param ahead 0 to 10 000, default 0; tokens that a node takes beyond what it needs, for the next requests with the same key
 * @param unavailable what becomes of a request while the store has no answer, default {@code local}
 * @param nodes 1 to 10 000, default 1; how many share the limits: with {@code local} each has that part of them
 * @param maxKeys 1 000 to 10 000 000, default 1 000 000; buckets and answers that a node keeps
 * @param fields which answers tell callers of their limits, default {@code always}
 * @param ipv4Prefix 8 to 32, default 32; how much of an IPv4 address is the client
 * @param ipv6Prefix 16 to 128, default 64
 */
public record RateLimitConfig(
        List<LimitLayerConfig> layers,
        Mode mode,
        Optional<String> store,
        Duration timeout,
        int ahead,
        Unavailable unavailable,
        int nodes,
        int maxKeys,
        Fields fields,
        int ipv4Prefix,
        int ipv6Prefix)
        implements FilterConfig {
    private static final int MOST_LAYERS = 16;

    /** What becomes of a request that is one too many. */
    public enum Mode {
        /** It is refused. */
        ENFORCE,
        /** It is counted and goes on. */
        REPORT
    }

    /** What becomes of a request while the store has no answer. */
    public enum Unavailable {
        /** The node goes by its own count of its share of the limit. */
        LOCAL,
        /** It goes on. */
        OPEN,
        /** It is refused. */
        CLOSED
    }

    /** Which answers have {@code RateLimit} and {@code RateLimit-Policy}. */
    public enum Fields {
        ALWAYS,
        REFUSED,
        NEVER
    }

    public RateLimitConfig {
        layers = List.copyOf(layers);
        Check check = new Check()
                .notEmpty("layers", layers)
                .that(
                        "layers",
                        layers.size() <= MOST_LAYERS,
                        layers.size() + " layers",
                        "are too many, expected at most " + MOST_LAYERS)
                .range("timeout", timeout, ofMillis(1), ofSeconds(1))
                .range("ahead", ahead, 0, 10_000)
                .that("ahead", ahead == 0 || store.isPresent(), ahead, "is given, expected a store with it")
                .range("nodes", nodes, 1, 10_000)
                .range("max-keys", maxKeys, 1_000, 10_000_000)
                .range("ipv4-prefix", ipv4Prefix, 8, 32)
                .range("ipv6-prefix", ipv6Prefix, 16, 128);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < layers.size(); i++) {
            check.that(
                    "layers[" + i + "].name",
                    names.add(layers.get(i).name()),
                    Check.quoted(layers.get(i).name()),
                    "is the name of another layer, too, expected one of its own");
        }
        check.done();
    }

    static RateLimitConfig from(ConfigNode node) {
        return new RateLimitConfig(
                node.requiredList(
                        "layers", List.of(LimitLayerConfig.STAND_IN), LimitLayerConfig::parse, LimitLayerConfig::from),
                node.choice("mode", Mode.ENFORCE),
                node.optionalText("store"),
                node.duration("timeout", ofMillis(20)),
                node.integer("ahead", 0),
                node.choice("unavailable", Unavailable.LOCAL),
                node.integer("nodes", 1),
                node.integer("max-keys", 1_000_000),
                node.choice("fields", Fields.ALWAYS),
                node.integer("ipv4-prefix", 32),
                node.integer("ipv6-prefix", 64));
    }

    @Override
    public List<String> stores() {
        return store.stream().toList();
    }
}
