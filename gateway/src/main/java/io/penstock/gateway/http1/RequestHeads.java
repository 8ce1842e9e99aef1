// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.http1.message.MessageHead;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the heads of a connection's requests, and answers what is none or comes too late. */
final class RequestHeads {
    private final Http1Connection connection;
    private final Http1Codec codec;
    private final Farewell farewell;
    private final HeadTime time;

    RequestHeads(Http1Connection connection, Http1Codec codec, Farewell farewell) {
        this.connection = connection;
        this.codec = codec;
        this.farewell = farewell;
        this.time = new HeadTime(codec.in());
    }

    /** Since when a head is being read; 0 when none is. */
    long sinceNanos() {
        return time.sinceNanos();
    }

    /** Reads a head, which may take its time only if that is measured; null when it was refused. */
    @Nullable
    MessageHead read(boolean timed) throws IOException {
        if (timed) {
            time.begin();
        }
        MessageHead request = null;
        GatewayException wrong = null;
        try {
            request = codec.heads().request(connection.peer().secure());
        } catch (GatewayException e) {
            wrong = e;
        }
        if (timed && !time.end()) {
            time.awaitRefused();
            return null;
        }
        if (wrong != null && wrong.reason() == Cause.DOWNSTREAM_GONE) {
            farewell.note(DownstreamEnding.PEER, wrong.detail());
        } else if (wrong != null) {
            refuse(wrong, DownstreamEnding.MALFORMED);
        }
        return request;
    }

    /** Refuses the head that is being read since then, unless it is here by now. Its own thread waits for it, so another one writes. */
    void refuseLate(long since) {
        if (time.take(since)) {
            Thread.ofVirtual().name("http1-late " + connection.peer()).start(() -> {
                try {
                    refuseLate();
                } finally {
                    time.refused();
                }
            });
        }
    }

    /** Answers a peer whose head has not come in time; may block in a write. */
    void refuseLate() {
        refuse(new GatewayException(Cause.REQUEST_TIMEOUT, "head not finished in time"), DownstreamEnding.HEAD_TIMEOUT);
    }

    /** Answers what is no request, so that its sender can read why; without a whole head there is no exchange to open. */
    private void refuse(GatewayException reason, DownstreamEnding how) {
        farewell.note(how, reason.detail());
        farewell.closeAfterThis(how);
        codec.body().begin(0);
        new Http1Exchange(
                        connection,
                        null,
                        MessageHead.unreadable(),
                        reason,
                        connection.settings().handler())
                .run();
        farewell.linger();
    }
}
