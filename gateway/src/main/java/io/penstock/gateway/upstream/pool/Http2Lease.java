// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.pool;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.upstream.forward.Lease;
import org.jspecify.annotations.Nullable;

/** One stream of an HTTP/2 connection. The half counts the attempt, tells its observer and gives the stream back by itself. */
final class Http2Lease implements Lease {
    private static final int BUFFER_BYTES = 16 * 1024;

    private final Half half;
    private byte @Nullable [] buffer;

    Http2Lease(Half half) {
        this.half = half;
    }

    @Override
    public Half half() {
        return half;
    }

    @Override
    public byte[] buffer() {
        if (buffer == null) {
            buffer = new byte[BUFFER_BYTES];
        }
        return buffer;
    }

    @Override
    public void started() {}

    @Override
    public void sent() {}

    @Override
    public void responded(Head head) {}

    @Override
    public void upgraded() {}

    @Override
    public boolean untouched(GatewayException failure) {
        return failure.reason().unprocessed();
    }

    @Override
    public boolean stale(GatewayException failure) {
        return false; // a connection that goes away says which streams it did not process
    }

    @Override
    public void end(@Nullable Cause cause) {
        half.abort(cause == null ? Cause.DOWNSTREAM_GONE : cause); // does nothing when both directions have ended
    }

    @Override
    public void discard() {
        half.abort(Cause.UPSTREAM_RESET);
    }
}
