// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.forward;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.Half;
import org.jspecify.annotations.Nullable;

/** The right to use a connection, or one stream of it, for one attempt. Used by one thread, which ends it exactly once. */
public interface Lease {

    Half half();

    /** Memory to copy with, the leaseholder's until the lease ends. */
    byte[] buffer();

    /** The attempt begins: it is counted, and who follows it is told. */
    void started();

    /** The whole request has been given to the half: the response is due. From any thread. */
    void sent();

    /** The final response head is here. */
    void responded(Head head);

    /** Both directions are raw bytes from here on. */
    void upgraded();

    /** Whether it is certain that the upstream saw nothing of the attempt that failed so. */
    boolean untouched(GatewayException failure);

    /**
     * Whether the connection was closed by the upstream while it was idle, so that another connection may be used in its place: nothing
     * of the request was written, or no byte of a response came and the request may be repeated.
     */
    boolean stale(GatewayException failure);

    /**
     * Gives the connection back, or closes it.
     *
     * @param cause why the attempt failed; null when its response was complete
     */
    void end(@Nullable Cause cause);

    /** Gives up a connection that was {@link #stale}: the attempt goes on with another lease, and nobody is told of its end. */
    void discard();
}
