// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Head;

/**
 * What happens to one stream, told to whoever relays it. Called by the connection's reader (by its writer for {@link #written})
 * without any lock held; must not block.
 */
public interface StreamEvents {

    /** The stream exists from here on. The only call made under the connection's lock: stores the stream and returns. */
    void bound(Http2Stream stream);

    /** A response head, final or 1xx; requests' heads open a stream instead. */
    void head(Head head, boolean end, Wakes wakes);

    /** Body bytes, padding already removed; valid only during the call. Empty only together with the end. */
    void data(byte[] bytes, int offset, int length, boolean end, Wakes wakes);

    /** Trailers that say something: they end the stream, as data may. */
    void trailers(Head trailers, Wakes wakes);

    /** So many fields of the trailers that come next were dropped; without any that is left, the end comes as of data. */
    void droppedTrailers(int count);

    /** The peer reset the stream. */
    void reset(int code, Wakes wakes);

    /** We reset the stream, because the peer broke a rule on it. */
    void broken(int code, String detail, Wakes wakes);

    /** The peer certainly did not process the stream: it was above the last one of its GOAWAY. */
    void unprocessed(Wakes wakes);

    /** The connection ended under the stream. */
    void lost(String detail, Wakes wakes);

    /** Whether a peer that is silent on this stream, or takes nothing of it, has failed; asked under the connection's lock, so it must take none. */
    default boolean timed() {
        return false;
    }

    /** The peer of a {@link #timed} stream has been silent, or has taken nothing, for too long. Told by upkeep. */
    default void late(Cause cause, String detail, Wakes wakes) {}

    /** So many bytes that were sent on this stream are in the kernel now. */
    void written(int bytes, Wakes wakes);

    /** Both sides have ended, or one was reset: nothing more will be told. */
    void closed(Wakes wakes);
}
