// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;

/**
 * One policy. Its hooks run where a head arrives, on a connection's reader: they must not block. What must run at the end of an
 * exchange is registered with {@link Exchange#onEnd}.
 */
public interface Filter {

    /**
     * Sees, and may change, the request head before the target is chosen.
     *
     * @throws io.penstock.gateway.exchange.GatewayException the exchange is refused
     */
    void request(Exchange exchange);

    /** Sees, and may change, a response head, interim ones too, before the downstream does. */
    default void response(Exchange exchange, Head response) {}
}
