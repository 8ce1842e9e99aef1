// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.limit.LimitReport;
import io.penstock.gateway.limit.address.AddressList;
import java.util.List;
import java.util.Optional;

/**
 * One policy. It can do four things:
 *
 * <ul>
 *   <li>look: {@link #request} and {@link #response} see, and may change, heads, or refuse the request;
 *   <li>wait: {@code request} decides from memory, and returns {@link Verdict#WAIT} when it has to ask somebody: then {@link #await} asks;
 *   <li>answer: it returns a {@link Verdict.Answer} in the place of the target's;
 *   <li>change a body: {@code request} gives the exchange a decorator of its half ({@link Exchange#decorate}), which sees bytes stream. Such
 *       an exchange is served in blocking style, and nothing else makes it so.
 * </ul>
 *
 * <p>{@code request} and {@code response} run where a head arrives, on a connection's reader or an event loop: they must not block. What
 * must run at the end of an exchange is registered with {@link Exchange#onEnd}; fields for the response, a refusal too, with {@link
 * Exchange#alsoOnHead}. One instance serves all exchanges of the routes that name it, at the same time, and survives a change of the
 * configuration in which it is the same.
 */
public interface Filter extends AutoCloseable {

    /**
     * Sees, and may change, the request head before the target is chosen. Never blocks.
     *
     * @throws GatewayException the exchange is refused
     */
    Verdict request(Exchange exchange);

    /**
     * Decides what {@link #request} could not, on a thread that may block; bounded by a timeout of its own.
     *
     * @return {@link Verdict#GO_ON} or an answer
     * @throws GatewayException the exchange is refused
     */
    default Verdict await(Exchange exchange) {
        throw new IllegalStateException("a filter that waits has to say how");
    }

    /** Sees, and may change, a response head before the downstream does: interim ones, refusals and the gateway's own answers, too. */
    default void response(Exchange exchange, Head response) {}

    /**
     * Says what it does, or what it would decide about this request and why. The exchange is a copy, whose head the filters before this one
     * have changed, and which it changes as {@link #request} would. Asks nobody, counts nothing and never blocks.
     *
     * @throws GatewayException it would refuse the request
     */
    Finding explain(Exchange copy);

    /**
     * What it keeps in memory for more than one exchange, of each kind; empty for a filter that keeps nothing.
     *
     * @param name its own
     */
    default List<MemoryUse> memory(String name) {
        return List.of();
    }

    /** What its limits did so far; empty for a filter that has none. */
    default Optional<LimitReport> limits() {
        return Optional.empty();
    }

    /**
     * Takes over from the filter that had its name in the configuration before, and said something else, what must not be forgotten by a change.
     * Called once, before {@link #start}; exchanges in flight still call the hooks of the other.
     */
    default void inherit(Filter before) {}

    /** From which addresses it takes requests; empty for a filter that does not ask for that. */
    default Optional<AddressList> addresses() {
        return Optional.empty();
    }

    /** Starts what it needs to run. Called once, before any exchange. */
    default void start() {}

    /** Ends what {@link #start} started; exchanges in flight may still call the hooks. */
    @Override
    default void close() {}
}
