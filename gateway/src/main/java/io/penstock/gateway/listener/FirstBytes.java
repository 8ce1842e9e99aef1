// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import io.penstock.gateway.config.listener.ListenerProtocol;
import io.penstock.gateway.http2.DownstreamConnection;
import io.penstock.gateway.wire.ReplayWire;
import io.penstock.gateway.wire.Wire;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The first bytes of a connection, where only they tell what it speaks. Some begin a request of HTTP/1.1 as well as the preface of HTTP/2:
 * who sends no more than these can be refused. Either that or the protocol is found, never both: the monitor decides.
 */
final class FirstBytes {
    private static final int MOST = 1024;
    /** "PRI": what of the preface may be the beginning of a method. */
    private static final int METHOD_BYTES = 3;

    private byte[] bytes = {};
    private int here;
    private boolean told;
    private boolean refused;

    /**
     * Reads until the bytes tell; blocks until then.
     *
     * @return null when the peer has closed the connection, and said nothing before or was refused
     */
    @Nullable
    ListenerProtocol read(Wire wire) throws IOException {
        bytes = new byte[MOST];
        while (true) {
            int read = wire.read(bytes, here, bytes.length - here);
            if (read < 0 && here == 0) {
                return null;
            }
            if (!came(read)) {
                awaitEnd(wire, read);
                return null;
            }
            if (told) {
                boolean http2 = read >= 0 && DownstreamConnection.maySpeak(bytes, here);
                return http2 ? ListenerProtocol.HTTP2 : ListenerProtocol.HTTP1;
            }
        }
    }

    /** False when the peer was refused before. */
    private synchronized boolean came(int read) {
        here += Math.max(0, read);
        told = read < 0 || here >= DownstreamConnection.PREFACE_BYTES || !DownstreamConnection.maySpeak(bytes, here);
        return !refused;
    }

    /** What a peer still sends that was refused is read: a socket that is closed with bytes unread may lose the answer. */
    private void awaitEnd(Wire wire, int last) throws IOException {
        int read = last;
        while (read >= 0) {
            read = wire.read(bytes, 0, bytes.length);
        }
    }

    /** Refuses the peer so, which must not block; false when its bytes do not begin a method, or tell by now. From any thread. */
    synchronized boolean refuse(Runnable so) {
        if (!told && here > 0 && here <= METHOD_BYTES) {
            refused = true;
            so.run();
        }
        return refused;
    }

    /** The same connection, from its first byte on. */
    Wire again(Wire wire) {
        return new ReplayWire(wire, bytes, here);
    }
}
