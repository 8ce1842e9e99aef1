// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.forward;

import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.half.Half;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a {@link Tunnel}: what one side sends, on its way to the other. That of a WebSocket can be ended by the gateway itself;
 * what still comes for it is dropped then.
 *
 * <p>Its lock guards its fields and is held during writes, which may wait for the peer.
 */
final class Direction {
    private final Half to;
    private final @Nullable WebSocketFrames frames;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean ended;

    /** Follows frames when there is somebody to do that. */
    Direction(Half to, @Nullable WebSocketFrames frames) {
        this.to = to;
        this.frames = frames;
    }

    /** Sends the first bytes of the buffer. */
    void write(byte[] buffer, int count, boolean flush) {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            if (frames != null) {
                frames.pass(buffer, 0, count);
            }
            to.write(buffer, 0, count);
            if (flush) {
                to.flush();
            }
        } finally {
            lock.unlock();
        }
    }

    void end() {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                to.end(null);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the direction of a WebSocket with this frame, or without one in the middle of another. */
    void endWith(byte[] close) {
        lock.lock();
        try {
            if (!ended && frames != null && frames.between()) {
                to.write(close, 0, close.length);
            }
            end();
        } catch (GatewayException e) {
            // whoever reads from that side finds out
        } finally {
            lock.unlock();
        }
    }
}
