// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

/** The downstream's side of an exchange, as the pipeline sees it: what every transport can do for an exchange that it opened. */
public interface Downstream {

    /**
     * Runs a step of this exchange that may wait, on a virtual thread of the exchange's own. A {@link GatewayException} that the
     * step throws becomes the refusal of the exchange. Returns at once; until the step has ended, what arrives on the stream is
     * held within its window.
     */
    void offload(Runnable step);

    /** Ends the exchange with this cause: a refusal while no response head was sent, a reset afterwards. Never blocks. */
    void refuse(GatewayException reason);
}
