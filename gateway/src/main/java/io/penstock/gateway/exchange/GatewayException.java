// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import org.jspecify.annotations.Nullable;

/**
 * The one exception that crosses rooms: an exchange ends with a {@link Cause}.
 *
 * <p>It has no stack trace unless the cause is {@link Cause#INTERNAL}: refusals must stay cheap under overload. The detail is for
 * logs; the downstream never sees it.
 */
public final class GatewayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Cause reason;

    public GatewayException(Cause reason, String detail) {
        this(reason, detail, null);
    }

    public GatewayException(Cause reason, String detail, @Nullable Throwable cause) {
        super(detail, cause, false, reason == Cause.INTERNAL);
        this.reason = reason;
    }

    public Cause reason() {
        return reason;
    }

    /** What was found and what was expected, for logs only. */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
