// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/** An issuer of tokens with a key of its own. */
final class TestTokens {
    /** What {@link #shared} signs with. */
    static final String SHARED = "0123456789-a-secret-of-tests-that-is-long-enough-for-every-one-of-HS";

    private final String algorithm;
    private final String kid;
    private final Key signing;
    private final @Nullable Key verifying;

    private TestTokens(String algorithm, String kid, Key signing, @Nullable Key verifying) {
        this.algorithm = algorithm;
        this.kid = kid;
        this.signing = signing;
        this.verifying = verifying;
    }

    /** With a new key of the kind that the algorithm wants, or {@link #SHARED}. */
    static TestTokens of(String algorithm, String kid) {
        if (algorithm.startsWith("HS")) {
            return new TestTokens(algorithm, kid, new HmacKey(SHARED.getBytes(StandardCharsets.UTF_8)), null);
        }
        try {
            KeyPair pair = pair(algorithm);
            return new TestTokens(algorithm, kid, pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair pair(String algorithm) throws GeneralSecurityException {
        if (algorithm.equals("EdDSA")) {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm.startsWith("ES") ? "EC" : "RSA");
        switch (algorithm) {
            case "ES256" -> generator.initialize(new ECGenParameterSpec("secp256r1"));
            case "ES384" -> generator.initialize(new ECGenParameterSpec("secp384r1"));
            case "ES512" -> generator.initialize(new ECGenParameterSpec("secp521r1"));
            default -> generator.initialize(2048);
        }
        return generator.generateKeyPair();
    }

    /** A token of a secret that both sides have, with these claims beside a subject and a time. */
    static String shared(Object... claims) {
        return of("HS256", "").token(claims);
    }

    /** A token for {@code anna} that holds for an hour, but for these claims, by name; null takes one out. */
    String token(@Nullable Object... claims) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("sub", "anna");
        all.put("exp", Instant.now().getEpochSecond() + 3600);
        for (int i = 0; i < claims.length; i += 2) {
            String name = String.valueOf(claims[i]);
            Object value = claims[i + 1];
            if (value == null) {
                all.remove(name);
            } else {
                all.put(name, value);
            }
        }
        return signed(JsonUtil.toJson(all));
    }

    /** A token with this payload. */
    String signed(String payload) {
        JsonWebSignature jws = new JsonWebSignature();
        jws.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
        jws.setAlgorithmHeaderValue(algorithm);
        if (!kid.isEmpty()) {
            jws.setKeyIdHeaderValue(kid);
        }
        jws.setPayload(payload);
        jws.setKey(signing);
        try {
            return jws.getCompactSerialization();
        } catch (JoseException e) {
            throw new AssertionError(e);
        }
    }

    /** The public key as a JWK. */
    String jwk() {
        try {
            PublicJsonWebKey key = PublicJsonWebKey.Factory.newPublicJwk(verifying());
            if (!kid.isEmpty()) {
                key.setKeyId(kid);
            }
            key.setAlgorithm(algorithm);
            return key.toJson();
        } catch (JoseException e) {
            throw new AssertionError(e);
        }
    }

    /** These issuers' keys as a JWKS. */
    static String jwks(TestTokens... issuers) {
        StringBuilder keys = new StringBuilder();
        for (TestTokens issuer : issuers) {
            keys.append(keys.isEmpty() ? "" : ",").append(issuer.jwk());
        }
        return "{\"keys\":[" + keys + "]}";
    }

    /** The public key as PEM. */
    String pem() {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(verifying().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    private Key verifying() {
        if (verifying == null) {
            throw new IllegalStateException("a shared secret is not public");
        }
        return verifying;
    }
}
