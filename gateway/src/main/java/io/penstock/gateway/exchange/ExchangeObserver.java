// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

/** Told of every exchange that has ended; how telemetry watches without being called by the request path. */
@FunctionalInterface
public interface ExchangeObserver {
    /** Takes note of the exchange. Runs on a connection's reader: must not block, wait or throw. */
    void ended(Exchange exchange);
}
