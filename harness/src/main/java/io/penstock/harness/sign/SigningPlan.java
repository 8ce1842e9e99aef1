// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.sign;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What a signature covers, and what it says of itself.
 *
 * @param label of the signature in the two fields
 * @param components in order; empty for {@code @method}, {@code @path}, {@code @query} where there is one and {@code content-digest} where there is
 *     a body
 * @param created when it was made; absent says nothing
 * @param expires until when it is good; absent says nothing
 * @param nonce of one request; absent says nothing
 * @param keyId of the key; absent says nothing
 * @param algorithm what it says of its algorithm; absent says nothing
 * @param tag of the application; absent says nothing
 */
public record SigningPlan(
        String label,
        List<String> components,
        Optional<Instant> created,
        Optional<Instant> expires,
        Optional<String> nonce,
        Optional<String> keyId,
        Optional<String> algorithm,
        Optional<String> tag) {

    public SigningPlan {
        components = List.copyOf(components);
    }

    /** Made now with this key, with a nonce that nobody has used. */
    public static SigningPlan now(String keyId) {
        return new SigningPlan(
                "sig",
                List.of(),
                Optional.of(Instant.now()),
                Optional.empty(),
                Optional.of(freshNonce()),
                Optional.of(keyId),
                Optional.empty(),
                Optional.empty());
    }

    /** 16 random bytes in base64url. */
    public static String freshNonce() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The parameters, as they follow the list of components (RFC 9421 §2.3). */
    String parameters() {
        var text = new StringBuilder();
        created.ifPresent(time -> text.append(";created=").append(time.getEpochSecond()));
        expires.ifPresent(time -> text.append(";expires=").append(time.getEpochSecond()));
        nonce.ifPresent(value -> text.append(";nonce=").append(quoted(value)));
        keyId.ifPresent(value -> text.append(";keyid=").append(quoted(value)));
        algorithm.ifPresent(value -> text.append(";alg=").append(quoted(value)));
        tag.ifPresent(value -> text.append(";tag=").append(quoted(value)));
        return text.toString();
    }

    /** A string of a structured field (RFC 8941 §4.1.6). */
    static String quoted(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
