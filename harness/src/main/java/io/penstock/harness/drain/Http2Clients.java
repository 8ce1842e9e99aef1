// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.drain;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The connection that several callers share, replaced when it takes no more. One that goes away ends with its last stream. */
final class Http2Clients implements AutoCloseable {

    private final DrainPlan plan;
    private final Runnable connected;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Http2Client current;

    Http2Clients(DrainPlan plan, Runnable connected) {
        this.plan = plan;
        this.connected = connected;
    }

    /** A connection that takes streams now. */
    Http2Client usable() throws IOException {
        lock.lock();
        try {
            var client = current;
            if (client == null || !client.usable()) {
                client = Http2Client.connect(plan);
                connected.run();
                current = client;
            }
            return client;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            var client = current;
            if (client != null) {
                client.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
