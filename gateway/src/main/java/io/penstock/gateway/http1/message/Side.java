// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1.message;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;

/** Whom we read from: decides whose fault it is when the bytes are wrong, and which fields a head may have. */
public enum Side {
    DOWNSTREAM(Cause.MALFORMED_REQUEST, Cause.HEADER_TOO_LARGE, Cause.DOWNSTREAM_GONE),
    UPSTREAM(Cause.UPSTREAM_PROTOCOL, Cause.UPSTREAM_HEADER_TOO_LARGE, Cause.UPSTREAM_RESET);

    private final Cause malformed;
    private final Cause tooLarge;
    private final Cause gone;

    Side(Cause malformed, Cause tooLarge, Cause gone) {
        this.malformed = malformed;
        this.tooLarge = tooLarge;
        this.gone = gone;
    }

    GatewayException malformed(String detail) {
        return new GatewayException(malformed, detail);
    }

    GatewayException tooLarge(String detail) {
        return new GatewayException(tooLarge, detail);
    }

    GatewayException gone(String detail) {
        return new GatewayException(gone, detail);
    }

    Cause goneCause() {
        return gone;
    }
}
