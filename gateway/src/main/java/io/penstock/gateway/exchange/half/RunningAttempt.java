// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.half;

import io.penstock.gateway.exchange.Cause;

/** What is under way at the upstream for an exchange, as whoever ends the exchange sees it. */
@FunctionalInterface
public interface RunningAttempt {

    /** Ends it at once, whatever is under way; wakes threads that block in it. Does nothing when it is over. Never blocks. */
    void abort(Cause cause);

    /**
     * Has it end in the words of what both sides have changed to, where those have any: both are told that the gateway goes away, and may
     * answer. Never blocks.
     *
     * @return false when it can only be {@linkplain #abort aborted}
     */
    default boolean goAway() {
        return false;
    }
}
