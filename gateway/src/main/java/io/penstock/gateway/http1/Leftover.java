// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http1;

import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.ending.DownstreamEnding;
import io.penstock.gateway.wire.Wire;
import java.io.IOException;

/** What a peer still sends after its response: read for nothing and bounded, so that the connection can go on or end in peace. */
final class Leftover {
    private static final int BUFFER_BYTES = 4 * 1024;

    private final Wire wire;
    private final Http1Codec codec;
    private final Farewell farewell;
    private final long maxDrainBytes;

    Leftover(Wire wire, Http1Codec codec, Farewell farewell, long maxDrainBytes) {
        this.wire = wire;
        this.codec = codec;
        this.farewell = farewell;
        this.maxDrainBytes = maxDrainBytes;
    }

    /** Reads the rest of the request; false when the connection is given up instead. */
    boolean readRequest() throws IOException {
        if (codec.body().complete()) {
            return true;
        }
        farewell.linger(); // as long as a peer may take that has had its answer
        return !farewell.last() && readBody();
    }

    private boolean readBody() throws IOException {
        byte[] nothing = new byte[BUFFER_BYTES];
        long left = maxDrainBytes;
        codec.reading().lock(); // a thread of the exchange may still be in it
        try {
            while (left >= 0) {
                int read = codec.body().read(nothing, 0, nothing.length);
                if (read < 0) {
                    farewell.stay();
                    return true;
                }
                left -= read;
            }
        } catch (GatewayException e) {
            farewell.note(DownstreamEnding.UNREAD_BODY, e.detail());
            return false;
        } finally {
            codec.reading().unlock();
        }
        farewell.note(DownstreamEnding.UNREAD_BODY, "the rest of a request body is longer than is read for nothing");
        return false;
    }

    /** Lets the peer read our last words: a socket that is closed with bytes unread resets the connection. */
    void drainUntilClosed() throws IOException {
        codec.out().flush();
        wire.finish();
        byte[] nothing = new byte[BUFFER_BYTES];
        long left = Http1Upkeep.LINGER_BYTES;
        codec.reading().lock();
        try {
            while (left > 0) {
                int read = codec.in().read(nothing, 0, nothing.length);
                if (read < 0) {
                    return;
                }
                left -= read;
            }
        } finally {
            codec.reading().unlock();
        }
    }
}
