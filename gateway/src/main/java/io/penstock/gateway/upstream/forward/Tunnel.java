// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.forward;

import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Half;
import io.penstock.gateway.exchange.RequestHalf;

/**
 * Copies raw bytes both ways after an upgrade, each as it comes, until both sides have ended. The end of one side is passed on and leaves
 * the other direction open.
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
    }

    private void upward() {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            for (int count = down.read(buffer, 0, buffer.length);
                    count >= 0;
                    count = down.read(buffer, 0, buffer.length)) {
                up.write(buffer, 0, count);
                if (!down.ready()) {
                    up.flush();
                }
            }
            up.end(null);
        } catch (GatewayException e) {
            up.abort(e.reason());
            down.abort(e.reason());
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
