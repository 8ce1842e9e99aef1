// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Identity;

/**
 * Refusals of requests whose caller is not known, with the {@code www-authenticate} that says what would be (RFC 9110 §11.6.1). The texts are
 * ours alone and tell nothing of what the caller has shown.
 */
final class Challenge {
    private static final String NAME = "www-authenticate";

    private final String scheme;

    /**
     * For one filter.
     *
     * @param scheme the scheme, and its parameters but for errors
     */
    Challenge(String scheme) {
        this.scheme = scheme;
    }

    /** For bearer tokens (RFC 6750 §3). */
    static Challenge bearer(String filter) {
        return new Challenge("Bearer realm=\"" + filter + "\"");
    }

    /** Nothing was shown. */
    GatewayException missing(Exchange exchange, String what) {
        return refused(exchange, scheme, Cause.CREDENTIALS_MISSING, what);
    }

    /** Somebody who shows nothing goes on: whoever refuses that says that these credentials would do, too. */
    void offer(Exchange exchange) {
        exchange.alsoOnHead((refused, head) -> {
            if (refused.cause() == Cause.CREDENTIALS_MISSING) {
                head.add(NAME, scheme);
            }
        });
    }

    /** The caller is known, and may not do what it asks for (RFC 6750 §3.1); for other proofs than tokens there is no word for that. */
    static void lacking(Exchange exchange, Identity identity) {
        if (identity.proof() == Identity.Proof.JWT) {
            String text = bearer(identity.filter()).scheme + ", error=\"insufficient_scope\"";
            exchange.alsoOnHead((refused, head) -> head.add(NAME, text));
        }
    }

    /** What was shown does not do. Other causes pass as they are: nothing that the caller could show would change them. */
    GatewayException refused(Exchange exchange, GatewayException why) {
        if (!ofCaller(why.reason())) {
            return why;
        }
        String error = scheme.startsWith("Bearer")
                ? ", error=\"invalid_token\", error_description=\"" + why.detail() + '"'
                : "";
        return refused(exchange, scheme + error, why.reason(), why.detail());
    }

    private static boolean ofCaller(Cause cause) {
        return switch (cause) {
            case BAD_CREDENTIALS, CREDENTIALS_EXPIRED, CREDENTIALS_REVOKED -> true;
            default -> false;
        };
    }

    private static GatewayException refused(Exchange exchange, String challenge, Cause cause, String what) {
        exchange.alsoOnHead((refused, head) -> head.add(NAME, challenge));
        return new GatewayException(cause, what);
    }
}
