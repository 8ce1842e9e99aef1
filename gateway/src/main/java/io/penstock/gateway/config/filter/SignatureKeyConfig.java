// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Secret;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A key by which a caller signs its requests; while one is replaced by another, both are listed. One of {@code secret} and {@code publicKey} is
 * required: what it is says by which algorithm it signs, and it is good for no other.
 *
 * @param id what signatures call it ({@code keyid}): 1 to 256 characters of ASCII; required
 * @param secret 32 bytes or more that both sides have, for HMAC with SHA-256; absent
 * @param publicKey PEM of a public key of Ed25519, {@code file:PATH} or {@code ${NAME}}; absent
 * @param subject who its owner is, default its id
 * @param roles of the owner, default none
 * @param notBefore from when on it is good; absent
 * @param notAfter until when it is good; absent
 */
public record SignatureKeyConfig(
        String id,
        Optional<Secret> secret,
        Optional<Secret> publicKey,
        String subject,
        List<String> roles,
        Optional<Instant> notBefore,
        Optional<Instant> notAfter) {
    /** As long as the hash that it is used with (RFC 2104 §3). */
    static final int LEAST_SECRET = 32;

    private static final Pattern ID = Pattern.compile("[\\x20-\\x7e]{1,256}");

    public SignatureKeyConfig {
        roles = List.copyOf(roles);
        new Check()
                .that(
                        "id",
                        ID.matcher(id).matches(),
                        Check.quoted(id),
                        "is not an id, expected 1 to 256 characters of ASCII")
                .that(
                        "public-key",
                        secret.isEmpty() || publicKey.isEmpty(),
                        "",
                        "is given beside secret, expected one of them")
                .notBlank("subject", subject)
                .that(
                        "not-after",
                        notBefore.isEmpty()
                                || notAfter.isEmpty()
                                || notBefore.get().isBefore(notAfter.get()),
                        notAfter.map(Instant::toString).orElse(""),
                        "is not later than not-before, so it would never be good")
                .done();
    }

    static SignatureKeyConfig from(ConfigNode node) {
        if (!node.has("secret") && !node.has("public-key")) {
            node.problem("secret", "is missing, and so is public-key, expected one of them");
        }
        String id = node.text("id");
        return new SignatureKeyConfig(
                id,
                node.optionalSecret("secret", LEAST_SECRET),
                node.optionalSecret("public-key", 1),
                node.text("subject", id),
                node.parsedList("roles", List.of(), Function.identity()),
                node.parsed("not-before", Optional.empty(), SignatureKeyConfig::instant),
                node.parsed("not-after", Optional.empty(), SignatureKeyConfig::instant));
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            throw Check.failed(Check.quoted(text), "is not a time, expected one such as 2027-01-31T12:00:00Z");
        }
    }
}
