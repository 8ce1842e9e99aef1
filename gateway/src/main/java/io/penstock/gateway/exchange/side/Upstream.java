// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.side;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.AttemptFailure;

/** Where an exchange was sent, and whether it is sent again. */
public interface Upstream {

    /**
     * Opens the exchange at an endpoint, now or as soon as a connection is free. Sets {@link Exchange#attemptObserver} before anything is
     * sent. Never blocks: when it has to wait it goes through {@link Downstream#offload} or a queue.
     *
     * @throws GatewayException there is no endpoint, or no room to wait in
     */
    void open(Exchange exchange);

    /**
     * Decides about another attempt. The transport asks it only while nothing of a response has reached the downstream and the whole
     * request so far is held; for a response, only with a head that {@link #mayWithhold} named.
     *
     * @return true when the upstream has opened the exchange again, or will: after a pause, at another endpoint. False ends the exchange
     *     with what the failure says.
     */
    default boolean again(Exchange exchange, AttemptFailure failure) {
        if (!failure.unprocessed() || exchange.attempts() > 1) {
            return false;
        }
        open(exchange);
        return true;
    }

    /** Whether {@link #again} should be asked about this final response head. Cheap: it is called for each response. */
    default boolean mayWithhold(Exchange exchange, Head response) {
        return false;
    }
}
