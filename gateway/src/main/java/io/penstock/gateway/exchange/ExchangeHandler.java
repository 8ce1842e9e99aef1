// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

import io.penstock.gateway.exchange.side.Downstream;

/** What a transport does with an exchange: the pipeline, as the rooms below it see it. */
@FunctionalInterface
public interface ExchangeHandler {

    /**
     * Decides where the exchange goes and sends it there. Runs where the head arrived and never blocks: a step that may wait goes
     * through {@link Downstream#offload}.
     *
     * @throws GatewayException the exchange is refused
     */
    void open(Exchange exchange);
}
