// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import io.penstock.harness.sign.PlainRequest;
import io.penstock.harness.sign.PlainRequest.Body;
import io.penstock.harness.sign.RequestSigner;
import io.penstock.harness.sign.SigningKey;
import io.penstock.harness.sign.SigningPlan;
import io.penstock.harness.wire.Field;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Signs a request as a caller would, with the harness: a GET of {@code a.test}, now, by the key {@code k1}, unless something else is said. */
final class TestSignatures {
    /** Of {@code k1}. */
    static final String SECRET = "a secret of at least thirty-two bytes";

    private final List<Field> fields = new ArrayList<>();
    private final String target;
    private String method = "GET";
    private String scheme = "http";
    private String authority = "a.test";
    private String body = "";
    private SigningKey key = shared(SECRET);
    private List<String> components = List.of();
    private Optional<String> keyId = Optional.of("k1");
    private Optional<String> nonce = Optional.of(SigningPlan.freshNonce());
    private Optional<String> algorithm = Optional.empty();
    private Optional<String> tag = Optional.empty();
    private Optional<Long> createdIn = Optional.of(0L);
    private Optional<Long> expiresIn = Optional.empty();

    private TestSignatures(String target) {
        this.target = target;
    }

    static TestSignatures of(String target) {
        return new TestSignatures(target);
    }

    static SigningKey shared(String secret) {
        return SigningKey.shared(secret.getBytes(StandardCharsets.UTF_8));
    }

    static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    static String pem(KeyPair pair) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pair.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    TestSignatures method(String value) {
        method = value;
        return this;
    }

    TestSignatures authority(String value) {
        authority = value;
        return this;
    }

    TestSignatures scheme(String value) {
        scheme = value;
        return this;
    }

    /** Of a request with a body, which its digest is for. */
    TestSignatures body(String text) {
        body = text;
        return this;
    }

    /** A field that the request has. */
    TestSignatures field(String name, String value) {
        fields.add(new Field(name, value));
        return this;
    }

    TestSignatures key(String id, SigningKey with) {
        keyId = Optional.of(id);
        key = with;
        return this;
    }

    TestSignatures keyId(String id) {
        keyId = id.isEmpty() ? Optional.empty() : Optional.of(id);
        return this;
    }

    TestSignatures components(String... names) {
        components = List.of(names);
        return this;
    }

    TestSignatures nonce(String value) {
        nonce = value.isEmpty() ? Optional.empty() : Optional.of(value);
        return this;
    }

    /** With another nonce, if it has one. */
    TestSignatures again() {
        nonce = nonce.map(before -> SigningPlan.freshNonce());
        return this;
    }

    TestSignatures algorithm(String name) {
        algorithm = Optional.of(name);
        return this;
    }

    TestSignatures tag(String value) {
        tag = Optional.of(value);
        return this;
    }

    /** It says nothing of when it was made. */
    TestSignatures timeless() {
        createdIn = Optional.empty();
        return this;
    }

    /** Seconds from the time of {@link #fields}, negative for the past. */
    TestSignatures createdIn(long seconds) {
        createdIn = Optional.of(seconds);
        return this;
    }

    /** Seconds from the time of {@link #fields}, negative for the past. */
    TestSignatures expiresIn(long seconds) {
        expiresIn = Optional.of(seconds);
        return this;
    }

    /** Names and values of all fields that the request has to have. */
    String[] fields() {
        PlainRequest request = new PlainRequest(
                method,
                scheme,
                authority,
                target,
                fields,
                body.isEmpty() ? null : new Body(body.getBytes(StandardCharsets.ISO_8859_1)));
        Instant now = Instant.now();
        SigningPlan plan = new SigningPlan(
                "sig",
                components,
                createdIn.map(now::plusSeconds),
                expiresIn.map(now::plusSeconds),
                nonce,
                keyId,
                algorithm,
                tag);
        List<String> all = new ArrayList<>();
        request.with(RequestSigner.sign(request, key, plan)).fields().forEach(field -> {
            all.add(field.name());
            all.add(field.value());
        });
        return all.toArray(String[]::new);
    }
}
