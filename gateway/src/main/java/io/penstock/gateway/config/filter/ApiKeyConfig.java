// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Secret;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Lets requests pass that show a key whose hash is known. One of {@code keys} and {@code store} is required.
 *
 * @param header where a key is looked for first, after {@code Bearer} in {@code authorization}, as a whole in another field, default
 *     {@code x-api-key}
 * @param query the parameter where it is looked for next, and which the upstream does not see; absent
 * @param keys a list, {@code file:PATH} or {@code ${NAME}}: lines of the SHA-256 of a key in hexadecimal, its owner and roles; absent
 * @param store where keys that the list does not have are looked for; absent
 * @param prefix before the hash in the store's key, default {@code api-key:}; the value is the owner with roles
 * @param unavailable what becomes of a key while the store is away, default it is refused
 * @param freshFor 100 ms to 24 h, default 30 s; how long a store's answer is believed when word of a change was lost
 * @param entries 1 to 1 000 000, default 100 000; how many answers of the store are kept
 * @param required whether a request without a key is refused, default yes; otherwise it goes on as a stranger's
 * @param forward whether the upstream gets the key of the header, default yes
 * @param claimFields request fields that are set to {@code sub}, the owner, or {@code roles}, by field, default none
 */
public record ApiKeyConfig(
        String header,
        Optional<String> query,
        Optional<Secret> keys,
        Optional<String> store,
        String prefix,
        Unavailable unavailable,
        Duration freshFor,
        int entries,
        boolean required,
        boolean forward,
        Map<String, String> claimFields)
        implements FilterConfig {
    private static final Pattern PARAMETER = Pattern.compile("[A-Za-z0-9._~-]{1,64}");
    private static final int MOST_PREFIX = 256;

    /** What becomes of a key that nobody can look up. */
    public enum Unavailable {
        /** It is refused with {@code store-unavailable}. */
        REFUSE,
        /** It passes if it was known before. */
        KNOWN
    }

    public ApiKeyConfig {
        claimFields = Collections.unmodifiableMap(new TreeMap<>(claimFields));
        Check check = new Check()
                .that(
                        "prefix",
                        !prefix.isEmpty() && prefix.length() <= MOST_PREFIX,
                        Check.quoted(prefix),
                        "is not a prefix, expected 1 to " + MOST_PREFIX + " characters")
                .range("fresh-for", freshFor, ofMillis(100), ofHours(24))
                .range("entries", entries, 1, 1_000_000);
        FieldNames.check(check, "header", header);
        query.ifPresent(name -> check.that(
                "query",
                PARAMETER.matcher(name).matches(),
                Check.quoted(name),
                "is not a name, expected 1 to 64 letters, digits, '.', '_', '~' and '-'"));
        FieldNames.checkClaims(check, claimFields);
        check.done();
    }

    static ApiKeyConfig from(ConfigNode node) {
        if (!node.has("keys") && !node.has("store")) {
            node.problem("keys", "is missing, and so is store, expected one of them or both");
        }
        return new ApiKeyConfig(
                node.text("header", "x-api-key").toLowerCase(Locale.ROOT),
                node.optionalText("query"),
                node.optionalSecret("keys", 1),
                node.optionalText("store"),
                node.text("prefix", "api-key:"),
                node.choice("unavailable", Unavailable.REFUSE),
                node.duration("fresh-for", ofSeconds(30)),
                node.integer("entries", 100_000),
                node.flag("required", true),
                node.flag("forward", true),
                node.texts("claim-fields"));
    }

    @Override
    public List<String> stores() {
        return store.stream().toList();
    }
}
