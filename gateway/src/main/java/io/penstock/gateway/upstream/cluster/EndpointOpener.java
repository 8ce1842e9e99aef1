// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.config.upstream.UpstreamConfig;
import io.penstock.gateway.exchange.Exchange;
import java.net.InetSocketAddress;

/** The way to the connections of one endpoint. */
@FunctionalInterface
public interface EndpointOpener {
    /**
     * Opens the exchange at this address, now or as soon as a connection is free. Tells {@link Exchange#attemptObserver} how it goes, and
     * asks {@link Exchange#upstream} when it fails. When this throws, the observer was not told.
     *
     * @param hostname of the endpoint, without port
     * @throws io.penstock.gateway.exchange.GatewayException there is no room to wait in
     */
    void open(Exchange exchange, InetSocketAddress address, String hostname, UpstreamConfig upstream);
}
