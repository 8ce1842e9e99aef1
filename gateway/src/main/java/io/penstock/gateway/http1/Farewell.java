// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import java.io.IOException;

/** When a connection comes to its end, and why. Safe for any thread. */
final class Farewell {
    private volatile boolean last;
    private volatile boolean draining;
    private volatile long lingerSinceNanos;
    private volatile DownstreamEnding ending = DownstreamEnding.PEER;
    private volatile String detail = "";

    /** The response that is about to be written is the last one of the connection, and why. */
    void closeAfterThis(DownstreamEnding how) {
        last = true;
        if (how != DownstreamEnding.CLOSED || ending == DownstreamEnding.PEER) {
            note(how, how.slug());
        }
    }

    /** Nobody knows where the next request begins. */
    void unreadable(Cause why) {
        closeAfterThis(why == Cause.DOWNSTREAM_GONE ? DownstreamEnding.PEER : DownstreamEnding.MALFORMED);
    }

    /** Whether the response that is about to be written must say that it is the last one. */
    boolean lastResponse() {
        if (draining) {
            closeAfterThis(DownstreamEnding.DRAINED);
        }
        return last;
    }

    /** Whether no other request is served. */
    boolean last() {
        return last;
    }

    /** The next response is the last one. */
    void drain() {
        draining = true;
    }

    boolean draining() {
        return draining;
    }

    void endedBetweenRequests() {
        note(draining ? DownstreamEnding.DRAINED : DownstreamEnding.PEER, "closed between requests");
    }

    void failed(IOException e) {
        note(DownstreamEnding.PEER, "connection failed: " + e.getMessage());
    }

    /** What is found first stands. */
    void note(DownstreamEnding how, String why) {
        if (ending == DownstreamEnding.PEER && detail.isEmpty()) {
            ending = how;
            detail = why;
        }
    }

    /** From now on the peer has a second to go by itself. */
    void linger() {
        if (lingerSinceNanos == 0) {
            lingerSinceNanos = System.nanoTime() | 1;
        }
    }

    /** It need not go. */
    void stay() {
        lingerSinceNanos = 0;
    }

    /** Since when the peer should go; 0 when it need not. */
    long lingerSinceNanos() {
        return lingerSinceNanos;
    }

    DownstreamEnding ending() {
        return ending;
    }

    String detail() {
        return detail;
    }
}
