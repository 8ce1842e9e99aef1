// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.half;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Head;
import org.jspecify.annotations.Nullable;

/**
 * A half that stands before another one and passes everything on: what a decorator of bodies changes, it overrides. What the upstream reads
 * of the request comes through {@link #read}, what the downstream gets of the response goes through {@link #send}, {@link #write} and {@link
 * #end}.
 */
public interface PassingHalf extends RequestHalf {

    /** The half before which this one stands, nearer to the downstream. */
    RequestHalf inner();

    @Override
    default Head receive() {
        return inner().receive();
    }

    @Override
    default int read(byte[] buffer, int offset, int length) {
        return inner().read(buffer, offset, length);
    }

    @Override
    default @Nullable Head trailers() {
        return inner().trailers();
    }

    @Override
    default boolean received() {
        return inner().received();
    }

    @Override
    default boolean ready() {
        return inner().ready();
    }

    @Override
    default void send(Head head, boolean end) {
        inner().send(head, end);
    }

    @Override
    default void write(byte[] bytes, int offset, int length) {
        inner().write(bytes, offset, length);
    }

    @Override
    default void flush() {
        inner().flush();
    }

    @Override
    default void end(@Nullable Head trailers) {
        inner().end(trailers);
    }

    @Override
    default void abort(Cause cause) {
        inner().abort(cause);
    }

    @Override
    default boolean goAway() {
        return inner().goAway();
    }

    @Override
    default boolean rewind() {
        return inner().rewind();
    }

    @Override
    default void release() {
        inner().release();
    }

    @Override
    default void running(@Nullable RunningAttempt attempt) {
        inner().running(attempt);
    }
}
