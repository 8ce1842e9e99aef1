// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.forward;

import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.half.Half;
import io.penstock.gateway.exchange.half.RequestHalf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sends the body of a request on a thread of its own, while the exchange's thread receives the response. */
final class Upload {
    private static final int BUFFER_BYTES = 32 * 1024;

    private final RequestHalf down;
    private final Half up;
    private final @Nullable String declared;
    private final Runnable sent;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile boolean ending;
    private long passed;

    private Upload(RequestHalf down, Half up, @Nullable String declared, Runnable sent) {
        this.down = down;
        this.up = up;
        this.declared = declared;
        this.sent = sent;
        this.thread = Thread.ofVirtual().name("upload").unstarted(this::run);
    }

    /**
     * Sends what was held back for the upstream, and then the rest of the body as it comes.
     *
     * @param declared the content-length of the request, if it has one
     * @param passed bytes of the body that were sent before
     * @param sent run when the last byte was sent
     */
    static Upload start(RequestHalf down, Half up, @Nullable String declared, long passed, Runnable sent) {
        Upload upload = new Upload(down, up, declared, sent);
        upload.passed = passed;
        upload.thread.start();
        return upload;
    }

    private void run() {
        byte[] buffer = new byte[BUFFER_BYTES];
        while (!stopped) {
            if (!down.ready() && !flush()) {
                return;
            }
            int count;
            try {
                count = down.read(buffer, 0, buffer.length);
            } catch (GatewayException e) {
                up.abort(e.reason()); // whoever receives the response finds this cause
                return;
            }
            passed += Math.max(0, count);
            ending = count < 0 || Long.toString(passed).equals(declared);
            if (stopped || !pass(buffer, count)) {
                return;
            }
            if (count < 0) {
                return;
            }
        }
    }

    /** False when the upstream takes no more: whoever receives the response finds out why, or an early answer. */
    private boolean pass(byte[] buffer, int count) {
        try {
            if (count < 0) {
                up.end(down.trailers());
                sent.run();
            } else {
                up.write(buffer, 0, count);
            }
            return true;
        } catch (GatewayException e) {
            return false;
        }
    }

    private boolean flush() {
        try {
            up.flush();
            return true;
        } catch (GatewayException e) {
            return false;
        }
    }

    /** Waits for it when it only has the last bytes or the request's end left to hand over: the connection is free once both directions have ended. */
    void settle(Duration patience) {
        if (ending) {
            join(patience);
        }
    }

    /** Lets it end with the next bytes from the downstream; waits for that. False when it still reads after this time. */
    boolean stop(Duration patience) {
        stopped = true;
        return join(patience);
    }

    private boolean join(Duration patience) {
        boolean interrupted = false;
        try {
            long until = System.nanoTime() + patience.toNanos();
            while (true) {
                try {
                    return thread.join(Duration.ofNanos(Math.max(0, until - System.nanoTime())));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
