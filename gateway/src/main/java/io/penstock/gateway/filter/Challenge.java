// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Identity;
import java.util.List;
import java.util.function.Function;

/**
 * Refusals of requests whose caller is not known, with the {@code www-authenticate} that says what would be (RFC 9110 §11.6.1). The texts are
 * ours alone and tell nothing of what the caller has shown.
 */
final class Challenge {
    private static final String NAME = "www-authenticate";

    private final String scheme;
    private final Function<Exchange, List<Field>> more;

    /**
     * For one filter.
     *
     * @param scheme the scheme, and its parameters but for errors
     */
    Challenge(String scheme) {
        this(scheme, exchange -> List.of());
    }

    /**
     * The same with further fields.
     *
     * @param more of the refusal of an exchange
     */
    Challenge(String scheme, Function<Exchange, List<Field>> more) {
        this.scheme = scheme;
        this.more = more;
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
            case BAD_CREDENTIALS, CREDENTIALS_EXPIRED, CREDENTIALS_REPLAYED, CREDENTIALS_REVOKED -> true;
            default -> false;
        };
    }

    private GatewayException refused(Exchange exchange, String challenge, Cause cause, String what) {
        List<Field> also = more.apply(exchange);
        exchange.alsoOnHead((refused, head) -> {
            head.add(NAME, challenge);
            also.forEach(head::add);
        });
        return new GatewayException(cause, what);
    }
}
