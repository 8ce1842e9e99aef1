// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.ending.AttemptFailure;
import io.penstock.gateway.exchange.side.Upstream;

/** The connections to one endpoint under one policy, whatever they speak. Thread-safe. */
public interface Pool {

    /** {@code address:port}. */
    String name();

    /**
     * Sends the exchange to the endpoint, now or as soon as there is room on a connection.
     *
     * @throws GatewayException there is no room to wait in, or the pool is draining
     */
    void open(Exchange exchange);

    /** Looks at the clock; called a few times a second. */
    void upkeep(long now);

    /** Takes nothing new and closes every connection with its last exchange. */
    void drain();

    /** Closes everything at once. */
    void abort();

    /**
     * Gives the pool up if nothing was open or waiting for this long. An exchange that comes later goes to the pool's successor: nobody
     * looks after it here any more. Only such an exchange waits or dials in an empty pool, so that is where it is found out.
     */
    boolean abandonAfter(long nanos, long now);

    /** Whether the pool was given up: its place in the map has been taken, or will be, by another. */
    boolean abandoned();

    PoolReport report();

    /**
     * An attempt got no connection: ends it, and asks whether there is to be another one.
     *
     * @throws GatewayException when there is none: why the exchange fails
     */
    static void openElsewhere(Exchange exchange, GatewayException failure) {
        exchange.takeAttemptObserver().ended(failure.reason(), Exchange.NONE);
        Upstream upstream = exchange.upstream();
        boolean over = exchange.ended() || exchange.cause() != null;
        AttemptFailure found = AttemptFailure.of(failure.reason(), failure.detail(), true);
        if (over || upstream == null || !upstream.again(exchange, found)) {
            throw failure;
        }
    }

    /** The same for an exchange that is not the caller's: what goes wrong with it must not end what the caller is doing. */
    static void openOtherElsewhere(Exchange exchange, Cause cause, String detail) {
        try {
            openElsewhere(exchange, new GatewayException(cause, detail));
        } catch (GatewayException e) {
            exchange.downstream().refuse(e);
        } catch (RuntimeException e) {
            exchange.downstream().refuse(new GatewayException(Cause.INTERNAL, "defect: " + e, e));
        }
    }
}
