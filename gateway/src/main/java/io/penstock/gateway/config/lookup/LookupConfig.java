// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.lookup;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Units;
import io.penstock.gateway.config.upstream.UpstreamConfig;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Finds a target in a store by a header.
 *
 * @param name unique among lookups; what a route's {@code lookup} names; required
 * @param store the name of a store; required
 * @param key template over request fields with one reference or more, {@code prefix:${jobid}}; required
 * @param maxKeyBytes 1 B to 64 KiB, default 256 B; longest key after the template is filled
 * @param keyCharacters a regular expression's character class without brackets, which every char of a field's value must match;
 *     default {@code A-Za-z0-9._:@/=-}
 * @param allow where a target may point, default loopback and private networks
 * @param cached default true; with false every request asks the store, and nothing that it said before serves
 * @param cacheEntries 1 to 10 000 000, default 1 000 000; most entries held
 * @param freshFor 1 ms to 24 h, default 30 s; age at which an entry is asked for again although nobody said that it changed
 * @param absentFor 0 s to 1 h, default 1 s, at most the former; how long "no such key" is remembered
 * @param staleFor 0 s to 168 h, default 1 h, at least {@code freshFor}; age up to which an entry serves while the store does not
 *     answer
 * @param upstream how to talk to what is found, all with defaults
 */
public record LookupConfig(
        String name,
        String store,
        String key,
        int maxKeyBytes,
        String keyCharacters,
        AllowConfig allow,
        boolean cached,
        int cacheEntries,
        Duration freshFor,
        Duration absentFor,
        Duration staleFor,
        UpstreamConfig upstream) {

    /** A field name in lower case (RFC 9110 §5.6.2, RFC 9113 §8.2.1). */
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{[a-z0-9!#$%&'*+.^_`|~-]+}");

    public LookupConfig {
        new Check()
                .name("name", name)
                .notBlank("store", store)
                .that(
                        "key",
                        REFERENCE.matcher(key).find(),
                        Check.quoted(key),
                        "names no header, expected one or more such as ${jobid}, in lower case")
                .that(
                        "key",
                        !REFERENCE.matcher(key).replaceAll("").contains("${"),
                        Check.quoted(key),
                        "has a ${ that names no header, expected one such as ${jobid}, in lower case")
                .size("max-key-bytes", maxKeyBytes, 1, 64 * 1024)
                .that(
                        "key-characters",
                        characterClass(keyCharacters),
                        Check.quoted(keyCharacters),
                        "is not a character class, expected characters and ranges such as A-Za-z0-9._-")
                .range("cache-entries", cacheEntries, 1, 10_000_000)
                .range("fresh-for", freshFor, ofMillis(1), ofHours(24))
                .range("absent-for", absentFor, ofMillis(0), ofMinutes(60))
                .range("stale-for", staleFor, ofMillis(0), ofHours(168))
                .that(
                        "absent-for",
                        absentFor.compareTo(freshFor) <= 0,
                        Units.text(absentFor),
                        "is longer than fresh-for, expected at most as long")
                .that(
                        "stale-for",
                        staleFor.compareTo(freshFor) >= 0,
                        Units.text(staleFor),
                        "is shorter than fresh-for, expected at least as long")
                .done();
    }

    /** Reads one of the {@code lookups}. */
    public static LookupConfig from(ConfigNode node) {
        return new LookupConfig(
                node.text("name"),
                node.text("store"),
                node.requiredText("key", "${unknown}"),
                node.size("max-key-bytes", 256),
                node.text("key-characters", "A-Za-z0-9._:@/=-"),
                node.child("allow", AllowConfig::from),
                node.flag("cached", true),
                node.integer("cache-entries", 1_000_000),
                node.duration("fresh-for", ofSeconds(30)),
                node.duration("absent-for", ofSeconds(1)),
                node.duration("stale-for", ofHours(1)),
                node.child("upstream", UpstreamConfig::from));
    }

    /** Brackets, negation and intersection are refused: what a key may hold is named, not what it may not. */
    private static boolean characterClass(String text) {
        if (text.isEmpty() || text.startsWith("^") || text.contains("&&") || text.matches(".*[\\[\\]].*")) {
            return false;
        }
        try {
            return Pattern.compile("[" + text + "]").matcher("").groupCount() == 0;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }
}
