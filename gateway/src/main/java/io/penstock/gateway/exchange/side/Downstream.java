// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.side;

import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.exchange.half.RequestHalf;

/** The downstream's side of an exchange, as the pipeline sees it: what every transport can do for an exchange that it opened. */
public interface Downstream {

    /**
     * Runs a step of this exchange that may wait, on a virtual thread of the exchange's own. A {@link GatewayException} that the
     * step throws becomes the refusal of the exchange. Returns at once; until the step has ended, what arrives on the stream is
     * held within its window.
     */
    void offload(Runnable step);

    /**
     * Goes on with an exchange that waits on an event loop for its upstream: runs a step that will not wait, on the loop's thread, which
     * calls. A {@link GatewayException} that the step throws becomes the refusal of the exchange.
     */
    default void resume(Runnable step) {
        offload(step);
    }

    /** Whether it is known already that the request has no body and no trailers. Never blocks. */
    boolean bodiless();

    /** Ends the exchange with this cause: a refusal while no response head was sent, a reset afterwards. Never blocks. */
    void refuse(GatewayException reason);

    /**
     * Ends the attempt that is under way with this cause, as if its upstream had failed so: {@link Upstream#again} decides whether another
     * follows. While no attempt has a connection, the exchange is refused. Does nothing once the final response head is here. May come from
     * any thread; never blocks.
     */
    void failAttempt(GatewayException reason);

    /**
     * Ends the exchange with an answer of the gateway's own, which is no failure: a redirect, a fixed response. The head carries its
     * {@code content-length}. Never blocks.
     */
    void answer(Head head, byte[] body);

    /**
     * This side in blocking style, the same instance each time. Called on a thread that may block (see {@link #offload}); from then on
     * the exchange is ended by {@link Half#end}, {@link #answer} or {@link #refuse}.
     */
    RequestHalf half();
}
