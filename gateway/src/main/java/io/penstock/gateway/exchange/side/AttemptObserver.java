// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.side;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Follows one attempt at one endpoint: how balancers, breakers and health learn. Called by the transport, from any thread, in this order;
 * must not block.
 */
public interface AttemptObserver {
    /** For an attempt that nobody follows. */
    AttemptObserver NOBODY = new AttemptObserver() {};

    /** The request is on its way on a connection. */
    default void started() {}

    /**
     * The final response head is here.
     *
     * @param grpcStatus of a response without a body, otherwise {@link Exchange#NONE}
     */
    default void responded(int status, int grpcStatus) {}

    /**
     * The attempt is over: exactly once, whether or not it started.
     *
     * @param cause why it failed; null when its response was complete
     * @param grpcStatus of the trailers, otherwise {@link Exchange#NONE}
     */
    default void ended(@Nullable Cause cause, int grpcStatus) {}
}
