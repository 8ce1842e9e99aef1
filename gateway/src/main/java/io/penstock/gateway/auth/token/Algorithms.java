// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.token;

import io.penstock.gateway.config.filter.TokenAlgorithm;
import java.util.Arrays;
import java.util.List;

/** Which algorithms a kind of key is for (RFC 7518 §3, RFC 8037 §3.1). */
final class Algorithms {
    static final List<String> RSA = List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512");
    static final List<String> EDWARDS = List.of("EdDSA");

    private Algorithms() {}

    static boolean known(String name) {
        return Arrays.stream(TokenAlgorithm.values())
                .anyMatch(one -> one.toString().equals(name));
    }

    /** By the curve's name in JWKs. */
    static List<String> ofCurve(String name) {
        return switch (name) {
            case "P-256" -> List.of("ES256");
            case "P-384" -> List.of("ES384");
            case "P-521" -> List.of("ES512");
            default -> List.of();
        };
    }

    /** A secret is at least as long as the hash (RFC 7518 §3.2). */
    static List<String> ofSecret(int bytes) {
        if (bytes < 32) {
            return List.of();
        }
        return bytes < 48
                ? List.of("HS256")
                : bytes < 64 ? List.of("HS256", "HS384") : List.of("HS256", "HS384", "HS512");
    }

    /** How long a signature is, in bytes; 0 where its check finds that out. */
    static int signatureBytes(String algorithm) {
        return switch (algorithm) {
            case "HS256" -> 32;
            case "HS384" -> 48;
            case "HS512", "ES256" -> 64;
            case "ES384" -> 96;
            case "ES512" -> 132;
            default -> 0;
        };
    }
}
