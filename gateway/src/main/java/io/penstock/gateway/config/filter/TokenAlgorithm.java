// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.filter;

import io.penstock.gateway.config.read.Check;
import java.util.Arrays;
import java.util.stream.Collectors;

/** How a token may be signed. There is no {@code none}. */
public enum TokenAlgorithm {
    HS256,
    HS384,
    HS512,
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    EDDSA;

    static TokenAlgorithm parse(String text) {
        return Arrays.stream(values())
                .filter(one -> one.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> Check.failed(
                        Check.quoted(text),
                        "is not known, expected one of "
                                + Arrays.stream(values())
                                        .map(TokenAlgorithm::toString)
                                        .collect(Collectors.joining(", "))));
    }

    /** As headers of tokens say it. */
    @Override
    public String toString() {
        return this == EDDSA ? "EdDSA" : name();
    }
}
