// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.side.AttemptObserver;
import org.jspecify.annotations.Nullable;

/** Tells an attempt's observer what happens, from whichever thread, in the order that it expects and of the end once. */
final class AttemptReport {
    private final AttemptObserver observer;
    private boolean started;
    private boolean ended;

    AttemptReport(AttemptObserver observer) {
        this.observer = observer;
    }

    synchronized void started() {
        if (!started && !ended) {
            started = true;
            observer.started();
        }
    }

    synchronized void responded(int status, int grpcStatus) {
        started();
        if (!ended) {
            observer.responded(status, grpcStatus);
        }
    }

    synchronized void ended(@Nullable Cause cause, int grpcStatus) {
        if (!ended) {
            ended = true;
            observer.ended(cause, grpcStatus);
        }
    }
}
