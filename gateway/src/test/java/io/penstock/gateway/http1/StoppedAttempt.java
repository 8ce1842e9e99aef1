// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.Half;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** An attempt that brings nothing until it is aborted. */
final class StoppedAttempt implements Half {
    private final CountDownLatch aborted = new CountDownLatch(1);
    private volatile Cause cause = Cause.INTERNAL;

    @Override
    public Head receive() {
        try {
            aborted.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        throw new GatewayException(cause, "aborted");
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        return -1;
    }

    @Override
    public @Nullable Head trailers() {
        return null;
    }

    @Override
    public boolean received() {
        return false;
    }

    @Override
    public void send(Head head, boolean end) {}

    @Override
    public void write(byte[] bytes, int offset, int length) {}

    @Override
    public void flush() {}

    @Override
    public void end(@Nullable Head trailers) {}

    @Override
    public void abort(Cause why) {
        cause = why;
        aborted.countDown();
    }
}
