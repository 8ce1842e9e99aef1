// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.token;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Somebody who issues tokens, with a new key of its own. All its tokens are equally long. Safe for any thread. */
public final class TokenIssuer {
    /** One second in the year 2100, so that no token expires while load runs. */
    private static final long EXPIRES = 4_102_444_800L;

    private static final int SECRET_BYTES = 32;

    private final String issuer;
    private final String scope;
    private final int subjects;
    private final String head;
    private final @Nullable PrivateKey key;
    private final byte[] secret;
    private final String verifying;

    private TokenIssuer(
            TokenAlgorithm algorithm,
            String issuer,
            String scope,
            int subjects,
            @Nullable KeyPair pair,
            String secret) {
        this.issuer = issuer;
        this.scope = scope;
        this.subjects = subjects;
        this.head =
                base64(("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}").getBytes(StandardCharsets.US_ASCII)) + ".";
        this.key = pair == null ? null : pair.getPrivate();
        this.secret = secret.getBytes(StandardCharsets.US_ASCII);
        this.verifying = pair == null ? secret : pem(pair);
    }

    /**
     * Makes a key.
     *
     * @param issuer what {@code iss} says
     * @param scope what {@code scope} says
     * @param subjects how many {@code sub} take turns, 1 to 10 000
     */
    public static TokenIssuer of(TokenAlgorithm algorithm, String issuer, String scope, int subjects)
            throws GeneralSecurityException {
        SecureRandom random = new SecureRandom();
        if (algorithm == TokenAlgorithm.HS256) {
            byte[] secret = new byte[SECRET_BYTES];
            random.nextBytes(secret);
            return new TokenIssuer(
                    algorithm, issuer, scope, subjects, null, HexFormat.of().formatHex(secret));
        }
        KeyPairGenerator pairs = KeyPairGenerator.getInstance("EC");
        pairs.initialize(new ECGenParameterSpec("secp256r1"), random);
        return new TokenIssuer(algorithm, issuer, scope, subjects, pairs.generateKeyPair(), "");
    }

    private static String pem(KeyPair pair) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** What others verify its tokens with: a public key as PEM, or the secret. */
    public String verifying() {
        return verifying;
    }

    /**
     * Makes a token.
     *
     * @param number 0 to 999 999 999; its {@code jti}, which chooses the subject, too
     */
    public String token(int number) throws GeneralSecurityException {
        String payload = "{\"iss\":\"%s\",\"sub\":\"user-%04d\",\"scope\":\"%s\",\"exp\":%d,\"jti\":\"%09d\"}"
                .formatted(issuer, number % subjects, scope, EXPIRES, number);
        String signed = head + base64(payload.getBytes(StandardCharsets.UTF_8));
        return signed + "." + base64(signature(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private byte[] signature(byte[] signed) throws GeneralSecurityException {
        if (key == null) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return mac.doFinal(signed);
        }
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(key);
        signature.update(signed);
        return signature.sign();
    }
}
