// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A wire of which somebody has read the first bytes already, to see what it speaks: they are read again before all others. */
public final class ReplayWire implements Wire {
    private final Wire wire;
    private byte[] first;
    private int at;
    private int left;

    /** Takes the array over; its first {@code length} bytes come again. */
    public ReplayWire(Wire wire, byte[] first, int length) {
        this.wire = wire;
        this.first = first;
        this.left = length;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (left == 0) {
            return wire.read(buffer, offset, length);
        }
        int now = Math.min(left, length);
        System.arraycopy(first, at, buffer, offset, now);
        at += now;
        left -= now;
        if (left == 0) {
            first = new byte[0];
        }
        return now;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
        wire.write(buffer, offset, length);
    }

    @Override
    public long stalledSinceNanos(long beganNanos) {
        return wire.stalledSinceNanos(beganNanos);
    }

    @Override
    public @Nullable ChannelWire channel() {
        return left == 0 ? wire.channel() : null;
    }

    @Override
    public void restWriting() {
        wire.restWriting();
    }

    @Override
    public void finish() {
        wire.finish();
    }

    @Override
    public void abort() {
        wire.abort();
    }
}
