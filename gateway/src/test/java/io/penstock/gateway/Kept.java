// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What a test has opened; closed when the test is over, the last one first. Safe for any thread. */
public final class Kept implements AfterEachCallback {
    private final Deque<AutoCloseable> open = new ConcurrentLinkedDeque<>();

    /** Closes this at the end. */
    public <T extends AutoCloseable> T add(T part) {
        open.push(part);
        return part;
    }

    /** Closes all of them now. */
    void close() {
        while (!open.isEmpty()) {
            close(open.pop());
        }
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            throw new AssertionError("cannot be closed: " + part, e);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }
}
