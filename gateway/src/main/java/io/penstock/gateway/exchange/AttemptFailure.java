// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import org.jspecify.annotations.Nullable;

/**
 * What an attempt brought instead of a response to pass on: no response at all, or one that may be withheld. Nothing of it has
 * reached the downstream, and the request is still held whole.
 *
 * @param cause why there is no response; null when there is one
 * @param detail what was found, for the log; never shown to the downstream
 * @param unprocessed whether it is certain that the upstream's application saw nothing
 * @param response the final response head; null when there is none
 */
public record AttemptFailure(
        @Nullable Cause cause,
        String detail,
        boolean unprocessed,
        @Nullable Head response) {}
