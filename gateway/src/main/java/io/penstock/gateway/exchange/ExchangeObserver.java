// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange;

/** Told of every exchange that has ended; how telemetry watches without being called by the request path. */
@FunctionalInterface
public interface ExchangeObserver {
    /** Takes note of the exchange. Runs on a connection's reader: must not block, wait or throw. */
    void ended(Exchange exchange);

    /**
     * Takes note of trailer fields that were dropped, for {@link Trailers} does not allow them. As {@link #ended}.
     *
     * @param request whether they are the request's, and not the response's
     */
    default void droppedTrailers(boolean request, int count) {}

    /** Tells all of these, in this order. */
    static ExchangeObserver all(ExchangeObserver... observers) {
        return new ExchangeObserver() {
            @Override
            public void ended(Exchange exchange) {
                for (ExchangeObserver observer : observers) {
                    observer.ended(exchange);
                }
            }

            @Override
            public void droppedTrailers(boolean request, int count) {
                for (ExchangeObserver observer : observers) {
                    observer.droppedTrailers(request, count);
                }
            }
        };
    }
}
