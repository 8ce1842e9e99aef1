// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.token;

import io.penstock.gateway.config.read.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.Use;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys from PEM (public keys and certificates), a JWK or a JWKS (RFC 7517). No message holds anything of a key.
 */
final class KeyTexts {
    /** Of one source; the others are left out. */
    static final int MOST_KEYS = 256;

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*+)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    private KeyTexts() {}

    /**
     * The keys of a text.
     *
     * @throws IOException it holds none that can verify a signature; the message continues the name of the place
     */
    static List<VerificationKey> read(String text) throws IOException {
        List<VerificationKey> keys = text.stripLeading().startsWith("{") ? json(text) : pem(text);
        if (keys.isEmpty()) {
            throw new IOException(
                    "holds no key that can verify a signature, expected PEM, a JWK or a JWKS with one: RSA of "
                            + VerificationKey.LEAST_RSA_BITS
                            + " bits or more, EC on P-256, P-384 or P-521, EdDSA, or oct of 32 bytes or more");
        }
        return keys;
    }

    /** A secret that both sides have. */
    static VerificationKey shared(Secret secret) {
        VerificationKey key = VerificationKey.of("", new HmacKey(secret.bytes()), null);
        if (key == null) {
            throw new IllegalStateException("a secret of " + secret.length() + " bytes was let through");
        }
        return key;
    }

    // ---- JSON ----

    private static List<VerificationKey> json(String text) throws IOException {
        List<VerificationKey> keys = new ArrayList<>();
        try {
            BoundedJson.check(text.getBytes(StandardCharsets.UTF_8));
            for (JsonWebKey one : webKeys(text)) {
                VerificationKey key = keys.size() < MOST_KEYS ? usable(one) : null;
                if (key != null) {
                    keys.add(key);
                }
            }
        } catch (IOException | JoseException | RuntimeException e) {
            // its message may quote the key
            throw new IOException("holds broken JSON, expected a JWK or a JWKS", null);
        }
        return keys;
    }

    private static List<JsonWebKey> webKeys(String text) throws JoseException {
        boolean one = text.contains("\"kty\"") && !text.contains("\"keys\"");
        return one ? List.of(JsonWebKey.Factory.newJwk(text)) : new JsonWebKeySet(text).getJsonWebKeys();
    }

    /** Keys for encryption, and those that say that they do not verify, are none of ours (RFC 7517 §4.2, §4.3). */
    private static @Nullable VerificationKey usable(JsonWebKey key) {
        boolean signs = key.getUse() == null || key.getUse().equals(Use.SIGNATURE);
        boolean verifies = key.getKeyOps() == null
                || key.getKeyOps().contains("verify")
                || key.getKeyOps().contains("sign");
        if (!signs || !verifies || key.getKey() == null) {
            return null;
        }
        return VerificationKey.of(key.getKeyId() == null ? "" : key.getKeyId(), key.getKey(), key.getAlgorithm());
    }

    // ---- PEM ----

    private static List<VerificationKey> pem(String text) throws IOException {
        List<VerificationKey> keys = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find() && keys.size() < MOST_KEYS) {
            VerificationKey key = VerificationKey.of("", publicKey(block.group(1), block.group(2)), null);
            if (key != null) {
                keys.add(key);
            }
        }
        return keys;
    }

    private static PublicKey publicKey(String kind, String base64) throws IOException {
        try {
            byte[] der = Base64.getMimeDecoder().decode(base64);
            return switch (kind) {
                case "PUBLIC KEY" -> publicKey(der);
                case "CERTIFICATE" ->
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(der))
                            .getPublicKey();
                default ->
                    throw new IOException("holds a block " + kind + ", expected PUBLIC KEY or CERTIFICATE: "
                            + "openssl pkey -pubout makes the first from a private key");
            };
        } catch (CertificateException | IllegalArgumentException e) {
            throw new IOException("holds a broken block " + kind + ", expected PEM", e);
        } catch (GeneralSecurityException e) {
            throw new IOException("holds a PUBLIC KEY that is none of " + ALGORITHMS, e);
        }
    }

    private static PublicKey publicKey(byte[] der) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            PublicKey key = publicKey(algorithm, der);
            if (key != null) {
                return key;
            }
        }
        throw new InvalidKeySpecException("none of " + ALGORITHMS);
    }

    private static @Nullable PublicKey publicKey(String algorithm, byte[] der) throws NoSuchAlgorithmException {
        try {
            return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(der));
        } catch (InvalidKeySpecException e) {
            return null; // of another kind
        }
    }
}
