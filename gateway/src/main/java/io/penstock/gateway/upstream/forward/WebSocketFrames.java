// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.forward;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Follows the frames of one direction of a WebSocket while their bytes pass, so that it is known at any time whether a frame of the
 * gateway's own may follow. It keeps no bytes, only how far the header and the payload are that pass now. Used under a lock.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-5.2">RFC 6455 §5.2</a>
 */
final class WebSocketFrames {
    private static final int FINAL = 0x80;
    private static final int OPCODE = 0x0f;
    private static final int CLOSE = 0x8;
    private static final int MASK = 0x80;
    private static final int LENGTH = 0x7f;
    private static final int MASK_BYTES = 4;
    /** The endpoint goes away, such as a server that shuts down (RFC 6455 §7.4.1). */
    private static final int GOING_AWAY = 1001;

    private int headerSeen;
    private int headerLength;
    private int lengthEnds;
    private long payload;
    private boolean closed;

    /** A Close frame with the status 1001; one that goes to a server is masked (RFC 6455 §5.3). */
    static byte[] goingAway(boolean masked) {
        byte high = (byte) (GOING_AWAY >> 8);
        byte low = (byte) GOING_AWAY;
        if (!masked) {
            return new byte[] {(byte) (FINAL | CLOSE), 2, high, low};
        }
        byte[] key = new byte[MASK_BYTES];
        ThreadLocalRandom.current().nextBytes(key); // what it covers is no secret, and nobody chose it
        return new byte[] {
            (byte) (FINAL | CLOSE),
            (byte) (MASK | 2),
            key[0],
            key[1],
            key[2],
            key[3],
            (byte) (high ^ key[0]),
            (byte) (low ^ key[1])
        };
    }

    /** These bytes are the next to pass. */
    void pass(byte[] bytes, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end && !closed) {
            if (headerSeen == 0 && payload > 0) {
                int now = (int) Math.min(payload, end - at);
                payload -= now;
                at += now;
            } else {
                header(bytes[at] & 0xff);
                at++;
            }
        }
    }

    /** Whether another frame may follow: nothing of one is missing, and none has passed that is the last (RFC 6455 §5.5.1). */
    boolean between() {
        return headerSeen == 0 && payload == 0 && !closed;
    }

    private void header(int octet) {
        if (headerSeen == 0) {
            closed = (octet & OPCODE) == CLOSE; // nothing follows it, so that its own end is of no interest
            headerLength = 2;
        } else if (headerSeen == 1) {
            length(octet);
        } else if (headerSeen < lengthEnds) {
            payload = payload << 8 | octet;
        }
        headerSeen++;
        if (headerSeen == headerLength) {
            headerSeen = 0;
            closed |= payload < 0; // no length that there is, so this is no WebSocket
        }
    }

    private void length(int octet) {
        int form = octet & LENGTH;
        payload = form < 126 ? form : 0;
        lengthEnds = form < 126 ? 2 : form == 126 ? 4 : 10;
        headerLength = lengthEnds + ((octet & MASK) == 0 ? 0 : MASK_BYTES);
    }
}
