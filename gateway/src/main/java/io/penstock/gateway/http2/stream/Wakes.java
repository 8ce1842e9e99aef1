// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The connections that have something new to write, noted while a reader works through one read, so that each of their writers is
 * woken once (a wake-up costs more than a frame). Belongs to one thread.
 */
public final class Wakes {
    private @Nullable Http2Connection[] touched = new Http2Connection[8];
    private int count;

    /** Remembers a connection that has something to write. */
    public void add(Http2Connection connection) {
        for (int i = count - 1; i >= 0; i--) {
            if (touched[i] == connection) {
                return;
            }
        }
        if (count == touched.length) {
            touched = Arrays.copyOf(touched, count * 2);
        }
        touched[count++] = connection;
    }

    /** Wakes what was remembered, each once. */
    public void flush() {
        for (int i = 0; i < count; i++) {
            Http2Connection connection = touched[i];
            touched[i] = null;
            if (connection != null) {
                connection.wakeWriter();
            }
        }
        count = 0;
    }
}
