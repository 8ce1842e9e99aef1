// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.exchange.Handles;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Whether a connection waits for its next request. Between two of them either the peer begins another one, or the connection is closed:
 * never both. Safe for any thread.
 */
final class Idleness {
    private static final VarHandle STATE;
    private static final VarHandle SINCE;

    static {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        STATE = Handles.of(lookup, "state");
        SINCE = Handles.of(lookup, "sinceNanos");
    }

    private enum State {
        IDLE,
        BUSY,
        CLOSED
    }

    private volatile State state = State.BUSY;
    private volatile long sinceNanos;

    /** It waits for a request since then, and may be closed for being idle. */
    void begin(long nanos) {
        SINCE.setRelease(this, nanos);
        STATE.setRelease(this, State.IDLE);
    }

    /** A request begins; false when the connection was closed before. */
    boolean end() {
        return STATE.compareAndSet(this, State.IDLE, State.BUSY);
    }

    /** The connection is closed; false when it is not idle. */
    boolean close() {
        return STATE.compareAndSet(this, State.IDLE, State.CLOSED);
    }

    boolean closed() {
        return state == State.CLOSED;
    }

    /** Since when it waits; 0 while it does not. */
    long sinceNanos() {
        return state == State.IDLE ? sinceNanos : 0;
    }
}
