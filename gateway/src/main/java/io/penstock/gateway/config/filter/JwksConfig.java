// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Keys that a service publishes (RFC 7517 §5). Those of the last good answer serve until there is another one.
 *
 * @param cluster who is asked; required
 * @param path what is asked for with GET, default {@code /.well-known/jwks.json}
 * @param timeout 1 ms to 1 min, default 2 s; for all attempts together
 * @param refresh 100 ms to 24 h, default 10 min; how old keys are when they are asked for again, while they serve
 * @param retry 100 ms to 1 h, default 30 s; at most so often are they asked for because of tokens with unknown keys, and after a failure
 * @param maxBytes 1 KiB to 4 MiB, default 256 KiB; a longer answer is none
 */
public record JwksConfig(
        String cluster, String path, Duration timeout, Duration refresh, Duration retry, int maxBytes) {
    private static final Pattern PATH = Pattern.compile("/[\\x21-\\x7e&&[^#]]{0,1023}");

    public JwksConfig {
        new Check()
                .notBlank("cluster", cluster)
                .that(
                        "path",
                        PATH.matcher(path).matches(),
                        Check.quoted(path),
                        "is not a path, expected one with / first")
                .range("timeout", timeout, ofMillis(1), ofMinutes(1))
                .range("refresh", refresh, ofMillis(100), ofHours(24))
                .range("retry", retry, ofMillis(100), ofHours(1))
                .size("max-bytes", maxBytes, 1024, 4 * 1024 * 1024)
                .done();
    }

    static JwksConfig from(ConfigNode node) {
        return new JwksConfig(
                node.requiredText("cluster", "none"),
                node.text("path", "/.well-known/jwks.json"),
                node.duration("timeout", ofSeconds(2)),
                node.duration("refresh", ofMinutes(10)),
                node.duration("retry", ofSeconds(30)),
                node.size("max-bytes", 256 * 1024));
    }
}
