// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.wire;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one connection, cleartext or inside TLS: where a codec meets the host.
 *
 * <p>One thread reads while another writes; {@link #abort()} may come from any thread.
 */
public interface Wire {

    /**
     * Reads what is there, at least one byte; blocks until then.
     *
     * @return how many bytes were read, or -1 when the peer ended its side
     */
    int read(byte[] buffer, int offset, int length) throws IOException;

    /** Writes all of it; blocks until the kernel has taken the last byte. */
    void write(byte[] buffer, int offset, int length) throws IOException;

    /**
     * Since when the write that is under way has made no progress. Any thread may call it.
     *
     * @param beganNanos {@link System#nanoTime()} when it began
     * @return that, or when the kernel last took a part of it
     */
    default long stalledSinceNanos(long beganNanos) {
        return beganNanos;
    }

    /** Ends our side after what was written; the peer may still send. Does nothing where the host offers no half-close. */
    void finish();

    /** Gives back memory that the next write makes again. Any thread may call it at any time; never blocks. */
    default void restWriting() {}

    /** The socket that takes and gives these very bytes, for an event loop; null where something stands between. */
    default @Nullable ChannelWire channel() {
        return null;
    }

    /** Closes both sides at once, behind what was written, and wakes whoever is blocked in a read or write. Idempotent. */
    void abort();
}
