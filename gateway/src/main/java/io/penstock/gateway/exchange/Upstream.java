// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

/** Where an exchange was sent, so that it can be sent again while the upstream has certainly not processed it. */
@FunctionalInterface
public interface Upstream {

    /**
     * Opens the exchange on a connection, now or as soon as one is free. Never blocks.
     *
     * @throws GatewayException there is no room to wait in
     */
    void open(Exchange exchange);
}
