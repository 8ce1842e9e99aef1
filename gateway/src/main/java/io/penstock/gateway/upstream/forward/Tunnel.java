// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.forward;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Half;
import io.penstock.gateway.exchange.RequestHalf;

/**
 * Copies raw bytes both ways after an upgrade, each as it comes, until both sides have ended. The end of one side is passed on and leaves
 * the other direction open. An upstream that takes no more may still have sent its last words: they are passed on before anything ends.
 */
final class Tunnel {
    private static final int BUFFER_BYTES = 16 * 1024;

    private final RequestHalf down;
    private final Half up;

    Tunnel(RequestHalf down, Half up) {
        this.down = down;
        this.up = up;
    }

    /** Blocks until both directions have ended; throws why when one of them breaks. */
    void run(byte[] buffer) {
        Thread upward = Thread.ofVirtual().name("upgraded").start(this::upward);
        try {
            for (int count = up.read(buffer, 0, buffer.length); count >= 0; count = up.read(buffer, 0, buffer.length)) {
                down.write(buffer, 0, count);
                if (!up.ready()) {
                    down.flush();
                }
            }
            down.end(null);
        } catch (GatewayException e) {
            up.abort(e.reason());
            down.abort(e.reason());
            throw e;
        } finally {
            join(upward);
        }
        if (!down.received()) {
            down.abort(Cause.UPSTREAM_RESET); // it sends what nobody takes
        }
    }

    private void upward() {
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
                up.end(null);
                return true;
            }
            up.write(buffer, 0, count);
            if (!down.ready()) {
                up.flush();
            }
            return true;
        } catch (GatewayException e) {
            return false;
        }
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
