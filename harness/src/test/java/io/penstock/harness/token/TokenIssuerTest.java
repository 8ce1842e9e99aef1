// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenIssuerTest {

    private static byte[] decoded(String part) {
        return Base64.getUrlDecoder().decode(part);
    }

    private static byte[] signed(String token) {
        return token.substring(0, token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] signature(String token) {
        return decoded(token.substring(token.lastIndexOf('.') + 1));
    }

    @Test
    void signsWithAPrivateKey() throws Exception {
        TokenIssuer issuer = TokenIssuer.of(TokenAlgorithm.ES256, "me", "a", 2);
        String token = issuer.token(1);
        Signature check = Signature.getInstance("SHA256withECDSAinP1363Format");
        check.initVerify(KeyFactory.getInstance("EC")
                .generatePublic(new X509EncodedKeySpec(
                        Base64.getMimeDecoder().decode(issuer.verifying().replaceAll("-----[^-]+-----", "")))));
        check.update(signed(token));

        assertThat(check.verify(signature(token))).isTrue();
    }

    @Test
    void signsWithASecret() throws Exception {
        TokenIssuer issuer = TokenIssuer.of(TokenAlgorithm.HS256, "me", "a", 2);
        String token = issuer.token(1);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(issuer.verifying().getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));

        assertThat(issuer.verifying()).hasSizeGreaterThanOrEqualTo(32);
        assertThat(signature(token)).isEqualTo(mac.doFinal(signed(token)));
    }

    @ParameterizedTest
    @EnumSource
    void makesEachTokenOnceAndAllEquallyLong(TokenAlgorithm algorithm) throws Exception {
        TokenIssuer issuer = TokenIssuer.of(algorithm, "me", "orders:read", 3);
        String first = issuer.token(0);
        String last = issuer.token(999_999_998);

        assertThat(first).hasSameSizeAs(last).isNotEqualTo(last);
        assertThat(new String(decoded(first.substring(0, first.indexOf('.'))), StandardCharsets.US_ASCII))
                .isEqualTo("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}");
        assertThat(new String(
                        decoded(last.substring(last.indexOf('.') + 1, last.lastIndexOf('.'))),
                        StandardCharsets.US_ASCII))
                .isEqualTo("{\"iss\":\"me\",\"sub\":\"user-0002\",\"scope\":\"orders:read\",\"exp\":4102444800,"
                        + "\"jti\":\"999999998\"}");
    }
}
