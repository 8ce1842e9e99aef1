// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.ending;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Head;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt brought instead of a response to pass on: no response at all, or one that may be withheld. Nothing of it has
 * reached the downstream, and the request is still held whole.
 *
 * @param cause why there is no response; null when there is one
 * @param detail what was found, for the log; never shown to the downstream
 * @param unprocessed whether it is certain that the upstream's application saw nothing
 * @param unanswered whether the connection ended before a byte of an answer: the application may have seen the request, or not
 * @param response the final response head; null when there is none
 */
public record AttemptFailure(
        @Nullable Cause cause,
        String detail,
        boolean unprocessed,
        boolean unanswered,
        @Nullable Head response) {

    /** A failure without a response, of which nobody can say that the connection ended before one began. */
    public static AttemptFailure of(Cause cause, String detail, boolean unprocessed) {
        return new AttemptFailure(cause, detail, unprocessed, false, null);
    }

    /** A response that may be withheld. */
    public static AttemptFailure of(Head response) {
        return new AttemptFailure(null, "status " + response.status(), false, false, response);
    }
}
