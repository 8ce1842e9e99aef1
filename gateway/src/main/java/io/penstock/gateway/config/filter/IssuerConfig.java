// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Secret;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whose tokens are accepted, and by which keys. One of {@code keys}, {@code secret} and {@code jwks} is required.
 *
 * @param issuer what {@code iss} has to be; absent takes every token of these keys, and is for the only issuer of a filter
 * @param audiences of which {@code aud} has to name one, default none: it is not looked at
 * @param algorithms that are accepted of those that the keys are for, default all
 * @param keys PEM (public keys, certificates), JWK or JWKS, each {@code ${NAME}} or {@code file:PATH}, default none
 * @param secret 32 bytes or more, for HS256, HS384 (48 bytes) and HS512 (64 bytes); absent
 * @param jwks keys that a service publishes; absent
 */
public record IssuerConfig(
        Optional<String> issuer,
        List<String> audiences,
        List<TokenAlgorithm> algorithms,
        List<Secret> keys,
        Optional<Secret> secret,
        Optional<JwksConfig> jwks) {

    /** The least that HS256 takes (RFC 7518 §3.2). */
    static final int LEAST_SECRET = 32;

    public IssuerConfig {
        audiences = List.copyOf(audiences);
        algorithms = List.copyOf(algorithms);
        keys = List.copyOf(keys);
        Check check = new Check();
        issuer.ifPresent(text -> check.notBlank("issuer", text));
        check.done();
    }

    static IssuerConfig from(ConfigNode node) {
        if (!node.has("keys") && !node.has("secret") && !node.has("jwks")) {
            node.problem("keys", "is missing, and so are secret and jwks, expected one of them");
        }
        return new IssuerConfig(
                node.optionalText("issuer"),
                node.parsedList("audiences", List.of(), Function.identity()),
                node.parsedList("algorithms", List.of(), TokenAlgorithm::parse),
                node.secrets("keys", 1),
                node.optionalSecret("secret", LEAST_SECRET),
                node.optionalChild("jwks", JwksConfig::from));
    }
}
