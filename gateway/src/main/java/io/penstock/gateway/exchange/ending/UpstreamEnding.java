// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.ending;

import java.util.Locale;

/** Who ended an upstream connection, and why; the same words for every protocol. */
public enum UpstreamEnding {
    PEER_CLOSED(true),
    PEER_GOAWAY(true),
    PEER_PROTOCOL(false),
    IDLE(false),
    MAX_AGE(false),
    MAX_REQUESTS(false),
    /** One side said with the last exchange that the connection is not kept, or it could not be: an upgrade, a body without length. */
    NOT_KEPT(false),
    /** The exchange on it failed or was cut short. */
    CUT_SHORT(false),
    /** It made room for another one. */
    REPLACED(false),
    /** Its upstream is configured with a connection for each exchange. */
    NOT_REUSED(false),
    /** As many idle ones as are kept were there. */
    SURPLUS(false),
    PING_TIMEOUT(false),
    CONNECT_TIMEOUT(false),
    WRITE_TIMEOUT(false),
    DRAINED(false);

    private final boolean byPeer;
    private final String slug;

    UpstreamEnding(boolean byPeer) {
        this.byPeer = byPeer;
        this.slug = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public boolean byPeer() {
        return byPeer;
    }

    /** The stable name: kebab-case. */
    public String slug() {
        return slug;
    }
}
