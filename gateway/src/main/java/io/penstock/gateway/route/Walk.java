// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import io.penstock.gateway.exchange.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * The steps of every exchange on its way to its target, in the one order in which they are taken, by traffic and by explanations alike: neither can
 * leave one out, or take it at another time. A step that refuses throws.
 *
 * @param <T> what the route table yields
 */
public interface Walk<T> {

    /** Whether the request may go further than this gateway; one that may not is answered here. */
    boolean goesFurther(Exchange exchange);

    /** Its route; null ends the walk. */
    @Nullable
    T match(Exchange exchange);

    /** Sets what the route says before any filter sees the request: whether it may upgrade, and how long it may take. */
    void enter(Exchange exchange, T route);

    /** Whether the filters let it go on at once; one that answered, or waits and goes on later with {@link #act}, does not. */
    boolean filter(Exchange exchange, T route);

    /** The path is rewritten, and the route's action taken. */
    void act(Exchange exchange, T route);

    /** Takes the steps. */
    static <T> void take(Walk<T> steps, Exchange exchange) {
        if (!steps.goesFurther(exchange)) {
            return;
        }
        T route = steps.match(exchange);
        if (route == null) {
            return;
        }
        steps.enter(exchange, route);
        if (steps.filter(exchange, route)) {
            steps.act(exchange, route);
        }
    }
}
