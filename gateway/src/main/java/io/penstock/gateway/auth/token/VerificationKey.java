// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.token;

import java.security.Key;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
import java.security.interfaces.RSAKey;
import java.util.List;
import java.util.Objects;
import org.jose4j.keys.EllipticCurves;
import org.jspecify.annotations.Nullable;

/**
 * A key with the algorithms that it is for. What a token's header says chooses among these and nothing else, so that a public key is never
 * taken for a shared secret, and {@code none} for nothing.
 *
 * <p>Shared between threads; the only thing that changes is that it goes out of use.
 */
final class VerificationKey {
    /** Of RSA keys (RFC 7518 §3.3). */
    static final int LEAST_RSA_BITS = 2048;

    private final String kid;
    private final Key key;
    private final List<String> algorithms;
    private volatile boolean gone;

    private VerificationKey(String kid, Key key, List<String> algorithms) {
        this.kid = kid;
        this.key = key;
        this.algorithms = algorithms;
    }

    /**
     * Pins the key to its algorithms.
     *
     * @param kid what tokens call it; empty for a key without a name
     * @param only what the key itself says that it is for; null when it says nothing. A name that nobody knows counts as nothing where the
     *     key has one algorithm anyway
     * @return null when there is none
     */
    static @Nullable VerificationKey of(String kid, Key key, @Nullable String only) {
        List<String> fitting = fitting(key);
        if (only != null && (fitting.size() > 1 || Algorithms.known(only))) {
            fitting = fitting.stream().filter(only::equals).toList();
        }
        return fitting.isEmpty() ? null : new VerificationKey(kid, key, fitting);
    }

    private static List<String> fitting(Key key) {
        return switch (key) {
            case RSAKey rsa when rsa.getModulus().bitLength() >= LEAST_RSA_BITS -> Algorithms.RSA;
            case RSAKey tooShort -> List.of();
            case ECKey ec ->
                Algorithms.ofCurve(
                        String.valueOf(EllipticCurves.getName(ec.getParams().getCurve())));
            case EdECKey edwards -> Algorithms.EDWARDS;
            default -> "RAW".equals(key.getFormat()) ? Algorithms.ofSecret(key.getEncoded().length) : List.of();
        };
    }

    String kid() {
        return kid;
    }

    Key key() {
        return key;
    }

    boolean verifies(String algorithm) {
        return algorithms.contains(algorithm);
    }

    /** Whether its issuer no longer has it. */
    boolean gone() {
        return gone;
    }

    /** It has been taken out of use. */
    void retire() {
        gone = true;
    }

    /** Whether it says the same as the other one. */
    boolean same(VerificationKey other) {
        return kid.equals(other.kid) && algorithms.equals(other.algorithms) && Objects.equals(key, other.key);
    }

    @Override
    public String toString() {
        return (kid.isEmpty() ? "unnamed" : kid) + " for " + algorithms;
    }
}
