// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.side;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.ending.DownstreamEnding;

/**
 * A connection that somebody opened to us, whatever it speaks: what its listener may do with it.
 *
 * <p>{@link #serve} runs on the connection's own thread; everything else may come from any thread and never blocks.
 */
public interface ServedConnection {

    /** Serves the connection on the calling thread until it has ended; every exchange has ended when this returns. */
    void serve();

    /** Looks at the clock; called a few times a second. */
    void upkeep(long now);

    /** Lets the exchanges in flight end and takes no others; closes the connection with the last of them. */
    void drain();

    /** Ends every exchange that is in flight with {@link Cause#DRAINING}, and with the last of them the connection. */
    void endExchanges();

    /** Closes the socket at once. */
    void abort();

    /** Exchanges in flight. */
    int openStreams();

    /** Who is on the other end. */
    Peer peer();

    /** Why it ended; {@link DownstreamEnding#PEER} while it has not. */
    DownstreamEnding ending();

    /** What was found and expected, for the log. */
    String detail();
}
