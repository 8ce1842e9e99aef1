// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.ending;

import java.util.Locale;

/**
 * Why a downstream connection ended, for the log and a metric: as many kinds as a hostile peer has ways. The same words for every
 * protocol.
 */
public enum DownstreamEnding {
    /** The peer closed it. */
    PEER(false),
    /** It did not speak HTTP/2, and nothing else is served. */
    NOT_HTTP2(false),
    /** Nothing happened on it. */
    IDLE(false),
    /** We are draining. */
    DRAINED(false),
    /** We said that the response would be the last one: asked to, or the connection has carried as many as it may. */
    CLOSED(false),
    /** A request was malformed or too large, and was answered so: nobody knows where the next one begins. */
    MALFORMED(false),
    /** The rest of a request body was too long to be read for nothing. */
    UNREAD_BODY(false),
    /** An exchange failed after its response had begun, and could only be broken off. */
    BROKEN_OFF(false),
    /** It changed its protocol, and both sides have ended. */
    UPGRADED(false),
    /** A PROXY header was missing or malformed, or came from somebody who may not send one. */
    PROXY_HEADER(true),
    /** The TLS handshake failed, by an alert of ours or of the peer. */
    TLS_FAILED(true),
    /** It broke a rule of HTTP/2. */
    PROTOCOL(true),
    /** It overran a window of ours, or made one of its own overflow. */
    FLOW_CONTROL(true),
    /** Its HPACK was broken. */
    COMPRESSION(true),
    /** One head took too many frames or compressed bytes. */
    HEAD_FLOOD(true),
    /** It opened streams and reset them ("rapid reset"). */
    RESET_FLOOD(true),
    /** Its errors made us reset streams ("MadeYouReset"). */
    OWN_RESET_FLOOD(true),
    SETTINGS_FLOOD(true),
    PING_FLOOD(true),
    EMPTY_FRAME_FLOOD(true),
    /** TLS handshake and the first bytes took too long. */
    HANDSHAKE_TIMEOUT(true),
    /** A head took too long. */
    HEAD_TIMEOUT(true),
    /** A request body took too long. */
    BODY_TIMEOUT(true),
    /** It did not read what we wrote. */
    WRITE_TIMEOUT(true),
    /** It left no window for bytes that waited. */
    ZERO_WINDOW(true),
    /** An error of ours. */
    DEFECT(true);

    private final boolean blamed;
    private final String slug = name().toLowerCase(Locale.ROOT).replace('_', '-');

    DownstreamEnding(boolean blamed) {
        this.blamed = blamed;
    }

    /** The stable name: kebab-case. */
    public String slug() {
        return slug;
    }

    /** Whether it is worth a line in the log. */
    public boolean blamed() {
        return blamed;
    }
}
