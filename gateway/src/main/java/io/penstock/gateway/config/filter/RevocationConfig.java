// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;

/**
 * Where tokens that were taken back are found: each is a key of a store, whatever its value.
 *
 * @param store which has them; required
 * @param prefix before the id in the key, default {@code revoked:}
 * @param by what follows the prefix: the token's {@code jti}, which then is required, or the SHA-256 of the whole token in hexadecimal,
 *     default the first
 * @param unavailable what becomes of a request while the store is away, unless its token is known to be revoked, default it is refused
 * @param freshFor 100 ms to 24 h, default 30 s; how long an answer is believed when word of a change was lost
 * @param entries 1 to 1 000 000, default 100 000; how many answers are kept
 */
public record RevocationConfig(
        String store, String prefix, By by, Unavailable unavailable, Duration freshFor, int entries) {
    /** The longest id. */
    public static final int MOST_ID_BYTES = 512;

    private static final int MOST_PREFIX = 256;

    /** What a token is revoked by. */
    public enum By {
        JTI,
        HASH
    }

    /** What becomes of a request whose token nobody can look up. */
    public enum Unavailable {
        /** It is refused with {@code store-unavailable}. */
        REFUSE,
        /** It goes on. */
        ALLOW
    }

    public RevocationConfig {
        new Check()
                .notBlank("store", store)
                .that(
                        "prefix",
                        !prefix.isEmpty() && prefix.length() <= MOST_PREFIX,
                        Check.quoted(prefix),
                        "is not a prefix, expected 1 to " + MOST_PREFIX + " characters")
                .range("fresh-for", freshFor, ofMillis(100), ofHours(24))
                .range("entries", entries, 1, 1_000_000)
                .done();
    }

    static RevocationConfig from(ConfigNode node) {
        return new RevocationConfig(
                node.requiredText("store", "none"),
                node.text("prefix", "revoked:"),
                node.choice("by", By.JTI),
                node.choice("unavailable", Unavailable.REFUSE),
                node.duration("fresh-for", ofSeconds(30)),
                node.integer("entries", 100_000));
    }
}
