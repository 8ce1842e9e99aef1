// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.half;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import org.jspecify.annotations.Nullable;

/**
 * One side of an exchange in blocking style: the downstream's half brings the request and takes the response, an attempt's half takes
 * the request and brings the response.
 *
 * <p>How exchanges travel whose two sides do not both speak HTTP/2: a virtual thread copies from one half to the other. One thread may
 * receive while another sends; neither direction takes two threads. Whatever the protocol, the framing is the half's own: chunks, lengths
 * and windows are not seen here, and fields that belong to one connection are neither handed out nor expected.
 *
 * <p>Blocking ends with a {@link GatewayException} when the peer resets or breaks the protocol, when a timeout of the half passes, or
 * when {@link #abort} is called. The cause names the side that the half belongs to.
 */
public interface Half extends RunningAttempt {

    /**
     * The next head from this side; blocks until it is here. The downstream's half returns the request's head at once, an attempt's half
     * each interim response (1xx) and then the final one.
     */
    Head receive();

    /**
     * Body bytes from this side; blocks until there is at least one.
     *
     * @return how many were put into the buffer; -1 at the end of the body
     */
    int read(byte[] buffer, int offset, int length);

    /** The trailers from this side, once {@link #read} has returned -1; null when there are none. */
    @Nullable
    Head trailers();

    /** How many fields of the trailers were dropped since this was asked last; whoever takes the trailers counts them. */
    default int droppedTrailers() {
        return 0;
    }

    /** Whether everything that this side sends has arrived, so that {@link #read} will not wait for the peer. */
    boolean received();

    /** Whether {@link #read} has something at hand and will not wait: who copies flushes before it does. */
    default boolean ready() {
        return received();
    }

    /** Whether no byte of an answer has come from this side: where it ends so, an idempotent request may be repeated. */
    default boolean unanswered() {
        return false;
    }

    /**
     * Sends a head to this side. May be held back until {@link #flush} or the next write.
     *
     * @param end nothing follows: no body and no trailers
     */
    void send(Head head, boolean end);

    /** Sends body bytes to this side; blocks while the peer takes none. May be held back until {@link #flush}. The bytes are the caller's again afterwards. */
    void write(byte[] bytes, int offset, int length);

    /** Sends what was held back. */
    void flush();

    /** Ends what is sent to this side, and flushes it. Trailers that the protocol cannot carry are dropped. */
    void end(@Nullable Head trailers);

    /** Ends this side at once, whatever is under way; wakes threads that block in it. Does nothing when both directions have ended. */
    @Override
    void abort(Cause cause);
}
