// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.forward;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.half.RunningAttempt;

/**
 * Copies raw bytes both ways after an upgrade, each as it comes, until both sides have ended. The end of one side is passed on and leaves
 * the other direction open. An upstream that takes no more may still have sent its last words: they are passed on before anything ends.
 *
 * <p>Both sides of a WebSocket can be told that the gateway goes away, by a Close frame between two of their own.
 */
final class Tunnel implements RunningAttempt {
    private static final int BUFFER_BYTES = 16 * 1024;

    private final RequestHalf down;
    private final Half up;
    private final boolean webSocket;
    private final Direction downward;
    private final Direction upward;

    Tunnel(RequestHalf down, Half up, boolean webSocket) {
        this.down = down;
        this.up = up;
        this.webSocket = webSocket;
        this.downward = new Direction(down, webSocket ? new WebSocketFrames() : null);
        this.upward = new Direction(up, webSocket ? new WebSocketFrames() : null);
    }

    /** Blocks until both directions have ended; throws why when one of them breaks. */
    void run(byte[] buffer) {
        down.running(this);
        Thread sending = Thread.ofVirtual().name("upgraded").start(this::sendUp);
        try {
            for (int count = up.read(buffer, 0, buffer.length); count >= 0; count = up.read(buffer, 0, buffer.length)) {
                downward.write(buffer, count, !up.ready());
            }
            downward.end();
        } catch (GatewayException e) {
            up.abort(e.reason());
            down.abort(e.reason());
            throw e;
        } finally {
            join(sending);
        }
        if (!down.received()) {
            down.abort(Cause.UPSTREAM_RESET); // it sends what nobody takes
        }
    }

    private void sendUp() {
        byte[] buffer = new byte[BUFFER_BYTES];
        while (true) {
            int count;
            try {
                count = down.read(buffer, 0, buffer.length);
            } catch (GatewayException e) {
                up.abort(e.reason());
                down.abort(e.reason());
                return;
            }
            if (!pass(buffer, count) || count < 0) {
                return;
            }
        }
    }

    /** False when the upstream takes no more: who reads from it finds out why, or its end. */
    private boolean pass(byte[] buffer, int count) {
        try {
            if (count < 0) {
                upward.end();
                return true;
            }
            upward.write(buffer, count, !down.ready());
            return true;
        } catch (GatewayException e) {
            return false;
        }
    }

    // ---- RunningAttempt, from any thread ----

    @Override
    public void abort(Cause cause) {
        up.abort(cause);
    }

    /** Each direction ends for itself: one whose peer does not read waits for it. What both sides still say is read, and then is the end. */
    @Override
    public boolean goAway() {
        if (webSocket) {
            Thread.startVirtualThread(() -> downward.endWith(WebSocketFrames.goingAway(false)));
            Thread.startVirtualThread(() -> upward.endWith(WebSocketFrames.goingAway(true)));
        }
        return webSocket;
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
