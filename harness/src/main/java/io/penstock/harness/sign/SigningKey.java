// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.sign;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a request is signed with. Immutable; its text holds nothing of it. */
public final class SigningKey {

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]++)-----END PRIVATE KEY-----");

    private final Algorithm algorithm;
    private final Key key;

    /** How (RFC 9421 §3.3). */
    public enum Algorithm {
        HMAC_SHA256,
        ED25519;

        /** Its name in signatures. */
        public String wire() {
            return this == HMAC_SHA256 ? "hmac-sha256" : "ed25519";
        }
    }

    private SigningKey(Algorithm algorithm, Key key) {
        this.algorithm = algorithm;
        this.key = key;
    }

    /** A secret that both sides have, of one byte or more. */
    public static SigningKey shared(byte[] secret) {
        return new SigningKey(Algorithm.HMAC_SHA256, new SecretKeySpec(secret, "HmacSHA256"));
    }

    /** A private key of Ed25519. */
    public static SigningKey of(PrivateKey key) {
        return new SigningKey(Algorithm.ED25519, key);
    }

    /**
     * The private key of Ed25519 in a PEM text, of PKCS#8 and not encrypted.
     *
     * @throws InvalidKeyException it holds none
     */
    public static SigningKey pem(String text) throws InvalidKeyException {
        var block = PEM.matcher(text);
        if (!block.find()) {
            throw new InvalidKeyException(
                    "holds no PRIVATE KEY, expected PEM: openssl genpkey -algorithm ed25519 makes one");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(block.group(1));
            return of(KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der)));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new InvalidKeyException("holds a PRIVATE KEY that is none of Ed25519", e);
        }
    }

    public Algorithm algorithm() {
        return algorithm;
    }

    /** The signature of these bytes. */
    byte[] sign(byte[] base) {
        try {
            if (algorithm == Algorithm.HMAC_SHA256) {
                var mac = Mac.getInstance("HmacSHA256");
                mac.init(key);
                return mac.doFinal(base);
            }
            var signature = Signature.getInstance("Ed25519");
            signature.initSign((PrivateKey) key);
            signature.update(base);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK signs with neither", e);
        }
    }

    @Override
    public String toString() {
        return algorithm.wire();
    }
}
