// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.HelidonSocket;
import io.penstock.gateway.http2.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection that Helidon accepted, cleartext or TLS.
 *
 * <p>Helidon's socket allocates an array for each read and copies each write through 8 KiB; for small frames that is little beside
 * the system calls.
 */
final class HelidonWire implements Wire {
    private final HelidonSocket socket;
    private final Thread reader = Thread.currentThread();
    private volatile @Nullable Thread writer;
    private byte @Nullable [] rest;
    private int restOffset;
    private volatile boolean aborted;

    /** Must be made on the thread that will read. */
    HelidonWire(HelidonSocket socket) {
        this.socket = socket;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        byte[] from = rest;
        if (from == null) {
            try {
                from = socket.get();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            } catch (RuntimeException e) {
                throw new IOException("read: " + e.getMessage(), e);
            }
            if (from == null || from.length == 0) {
                return -1;
            }
            restOffset = 0;
        }
        int now = Math.min(length, from.length - restOffset);
        System.arraycopy(from, restOffset, buffer, offset, now);
        restOffset += now;
        rest = restOffset == from.length ? null : from;
        return now;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
        writer = Thread.currentThread();
        try {
            socket.write(BufferData.create(buffer, offset, length));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (RuntimeException e) {
            throw new IOException("write: " + e.getMessage(), e);
        } finally {
            writer = null;
        }
    }

    /** Helidon's sockets cannot be half-closed; the peer sees our GOAWAY, and the socket closes when the reader ends. */
    @Override
    public void finish() {}

    /**
     * Interrupts whoever is blocked: an interrupted read or write of a channel closes it. Closing a TLS socket itself would wait for
     * the lock that a handshake holds.
     */
    @Override
    public void abort() {
        if (aborted) {
            return;
        }
        aborted = true;
        Thread blocked = writer;
        if (blocked != null) {
            blocked.interrupt();
        }
        if (Thread.currentThread() != reader) {
            reader.interrupt();
        }
    }
}
