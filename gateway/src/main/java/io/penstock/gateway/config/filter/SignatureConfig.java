// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Lets requests pass that are signed by a known key (RFC 9421).
 *
 * @param keys by which callers sign; required
 * @param components what a signature has to cover: fields, and {@code @method}, {@code @path}, {@code @query}, {@code @authority},
 *     {@code @scheme}, {@code @target-uri} and {@code @request-target}; {@code @query} where there is one, {@code content-digest} where there is
 *     a body; default {@code @method}, {@code @path}, {@code @query} and {@code content-digest}
 * @param tag that a signature has to have; absent means that it may have any
 * @param window 1 s to 24 h, default 60 s; how long ago a request may have been signed
 * @param skew 0 s to 10 min, default 30 s; by how much clocks may differ, either way
 * @param nonce whether each signature has to have one, default yes; one that is there is taken once
 * @param store in which nodes remember nonces together; absent means that each node remembers those that it has seen
 * @param timeout 1 ms to 1 s, default 20 ms; how long the store may take
 * @param unavailable what becomes of a request whose nonce nobody can look up, default it is refused
 * @param maxNonces 1 000 to 10 000 000, default 1 000 000; that a node remembers where there is no store
 * @param required whether a request without a signature is refused, default yes; otherwise it goes on as a stranger's
 * @param claimFields request fields that are set to {@code sub}, the subject, {@code keyid} or {@code roles}, by field, default none
 */
public record SignatureConfig(
        List<SignatureKeyConfig> keys,
        List<String> components,
        Optional<String> tag,
        Duration window,
        Duration skew,
        NonceRule nonce,
        Optional<String> store,
        Duration timeout,
        Unavailable unavailable,
        int maxNonces,
        boolean required,
        Map<String, String> claimFields)
        implements FilterConfig {
    private static final List<String> DEFAULT = List.of("@method", "@path", "@query", "content-digest");
    private static final List<String> DERIVED =
            List.of("@method", "@path", "@query", "@authority", "@scheme", "@target-uri", "@request-target");

    private static final Pattern TAG = Pattern.compile("[\\x20-\\x7e]{1,256}");

    /** Whether signatures have a nonce. */
    public enum NonceRule {
        REQUIRED,
        /** One without can be sent again for as long as it is fresh. */
        OPTIONAL
    }

    /** What becomes of a request whose nonce nobody can look up. */
    public enum Unavailable {
        /** It is refused. */
        CLOSED,
        /** It goes on, although it may be a repetition. */
        OPEN
    }

    public SignatureConfig {
        keys = List.copyOf(keys);
        components = List.copyOf(components);
        claimFields = Collections.unmodifiableMap(new TreeMap<>(claimFields));
        Check check = new Check()
                .notEmpty("components", components)
                .range("window", window, ofSeconds(1), ofHours(24))
                .range("skew", skew, ofSeconds(0), ofMinutes(10))
                .range("timeout", timeout, ofMillis(1), ofSeconds(1))
                .range("max-nonces", maxNonces, 1_000, 10_000_000);
        tag.ifPresent(text -> check.that(
                "tag",
                TAG.matcher(text).matches(),
                Check.quoted(text),
                "is not a tag, expected 1 to 256 characters of ASCII"));
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < keys.size(); i++) {
            check.that(
                    "keys[" + i + "].id",
                    ids.add(keys.get(i).id()),
                    Check.quoted(keys.get(i).id()),
                    "is the id of another key, too, expected one of its own");
        }
        FieldNames.checkClaims(check, claimFields);
        check.done();
    }

    private static String component(String text) {
        boolean known = text.startsWith("@")
                ? DERIVED.contains(text)
                : FieldNames.NAME.matcher(text).matches();
        if (!known) {
            throw Check.failed(
                    Check.quoted(text),
                    "is not a component, expected a field in lower case, or one of " + String.join(", ", DERIVED));
        }
        return text;
    }

    static SignatureConfig from(ConfigNode node) {
        List<SignatureKeyConfig> keys = node.list("keys", SignatureKeyConfig::from);
        if (keys.isEmpty()) {
            node.problem("keys", "is missing or empty, expected one or more");
        }
        return new SignatureConfig(
                keys,
                node.parsedList("components", DEFAULT, SignatureConfig::component),
                node.optionalText("tag"),
                node.duration("window", ofSeconds(60)),
                node.duration("skew", ofSeconds(30)),
                node.choice("nonce", NonceRule.REQUIRED),
                node.optionalText("store"),
                node.duration("timeout", ofMillis(20)),
                node.choice("unavailable", Unavailable.CLOSED),
                node.integer("max-nonces", 1_000_000),
                node.flag("required", true),
                node.texts("claim-fields"));
    }

    @Override
    public List<String> stores() {
        return store.stream().toList();
    }
}
