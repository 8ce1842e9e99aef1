// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lets requests pass whose connection has a client's certificate, and tells the upstream of it (RFC 9440).
 *
 * @param required whether a request without one is refused, default yes; otherwise it goes on as a stranger's
 * @param forward what the upstream is told, default nothing; callers cannot set these fields
 * @param claimFields request fields that are set to claims, by field, default none: {@code sub} is the subject, others are {@code cn},
 *     {@code dns}, {@code uri}, {@code email}, {@code ip}, {@code issuer}, {@code serial} and {@code fingerprint}
 */
public record MtlsConfig(boolean required, Forward forward, Map<String, String> claimFields) implements FilterConfig {

    /** What the upstream is told. */
    public enum Forward {
        NONE,
        /** {@code client-cert}. */
        CERTIFICATE,
        /** {@code client-cert} and {@code client-cert-chain}. */
        CHAIN
    }

    public MtlsConfig {
        claimFields = Collections.unmodifiableMap(new TreeMap<>(claimFields));
        Check check = new Check();
        FieldNames.checkClaims(check, claimFields);
        check.done();
    }

    static MtlsConfig from(ConfigNode node) {
        return new MtlsConfig(
                node.flag("required", true), node.choice("forward", Forward.NONE), node.texts("claim-fields"));
    }
}
