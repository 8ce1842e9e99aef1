// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The small writes of one turn of an event loop, which go out one after the other at its end. A peer that sleeps is woken by the first of
 * them and finds the others when it looks; written as they are made, each of them would wake it again, at the loop's cost.
 *
 * <p>Bound: {@value #BYTES} bytes and {@value #MOST} entries; a turn that has more ends in between ({@link #isFull}). Used by the
 * loop's thread, but for {@link #view}.
 */
final class TurnWrites {
    private static final int BYTES = 64 * 1024;
    private static final int MOST = 32;
    /** A longer write is worth a call of its own. */
    private static final int LONGEST = 4 * 1024;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
    private final @Nullable ChannelWire[] wires = new ChannelWire[MOST];
    private int count;
    private int used;

    /** Where the next write will begin. */
    int end() {
        return used;
    }

    /** Takes the bytes, to be written for nobody yet; false when they are too many. */
    boolean take(byte[] bytes, int offset, int length) {
        if (length > LONGEST || length > BYTES - used) {
            return false;
        }
        buffer.put(used, bytes, offset, length);
        used += length;
        return true;
    }

    /** Whether this connection will be told of the turn's end; false when there are too many. */
    boolean enter(ChannelWire wire) {
        if (count == MOST) {
            return false;
        }
        wires[count++] = wire;
        return true;
    }

    /** The bytes between; for any thread, as long as the turn has not ended. */
    ByteBuffer view(int from, int to) {
        return buffer.slice(from, to - from);
    }

    /** Whether {@link #flush} should not wait for the end of the turn. */
    boolean isFull() {
        return count == MOST || used > BYTES / 2;
    }

    /** Writes everything. Who is called because it could not be written may write again, to anybody. */
    void flush() {
        for (int i = 0; i < count; i++) {
            ChannelWire wire = wires[i];
            wires[i] = null;
            if (wire != null) {
                EventLoop.guarded(wire::endTurn);
            }
        }
        count = 0;
        used = 0;
    }
}
