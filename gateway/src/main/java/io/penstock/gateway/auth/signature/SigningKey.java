// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import io.penstock.gateway.exchange.Identity;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key of a caller with the one algorithm that it is for: what a signature says of its algorithm can refuse it, and chooses nothing. Immutable;
 * its text holds nothing of it.
 */
final class SigningKey {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]++)-----END PUBLIC KEY-----");

    private final Algorithm algorithm;
    private final Key key;
    private final Identity owner;

    /** How requests are signed (RFC 9421 §3.3). */
    enum Algorithm {
        HMAC_SHA256("hmac-sha256"),
        ED25519("ed25519");

        private final String wire;

        Algorithm(String wire) {
            this.wire = wire;
        }

        /** Its name in the parameter {@code alg}. */
        String wire() {
            return wire;
        }
    }

    private SigningKey(Algorithm algorithm, Key key, Identity owner) {
        this.algorithm = algorithm;
        this.key = key;
        this.owner = owner;
    }

    /** A secret that both sides have, for HMAC with SHA-256. */
    static SigningKey shared(byte[] secret, Identity owner) {
        return new SigningKey(Algorithm.HMAC_SHA256, new SecretKeySpec(secret, "HmacSHA256"), owner);
    }

    /**
     * The public key of Ed25519 in a PEM text.
     *
     * @throws IOException it holds none; the message continues the name of the place, and holds nothing of what is there
     */
    static SigningKey published(String pem, Identity owner) throws IOException {
        Matcher block = PEM.matcher(pem);
        if (!block.find()) {
            throw new IOException("holds no PUBLIC KEY, expected PEM with one of Ed25519:"
                    + " openssl pkey -pubout makes it from a private key");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(block.group(1));
            PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
            return new SigningKey(Algorithm.ED25519, key, owner);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("holds a PUBLIC KEY that is broken or of another kind, expected one of Ed25519", e);
        }
    }

    Algorithm algorithm() {
        return algorithm;
    }

    /** Who is taken for the caller. */
    Identity owner() {
        return owner;
    }

    /** Whether these bytes were signed with it. HMAC takes microseconds of the processor, Ed25519 a hundred of them. */
    boolean verifies(byte[] base, byte[] signature) {
        return switch (algorithm) {
            case HMAC_SHA256 -> MessageDigest.isEqual(hmac(base), signature); // in a time that tells nothing
            case ED25519 -> ed25519(base, signature);
        };
    }

    private byte[] hmac(byte[] base) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(base);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256, and it takes every secret", e);
        }
    }

    private boolean ed25519(byte[] base, byte[] signature) {
        try {
            Signature check = Signature.getInstance("Ed25519");
            check.initVerify((PublicKey) key);
            check.update(base);
            return check.verify(signature);
        } catch (SignatureException | InvalidKeyException e) {
            return false; // of another length, or no point of the curve
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    @Override
    public String toString() {
        return algorithm.wire() + " of " + owner;
    }
}
