// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.frame;

import io.penstock.gateway.config.listener.Http2Config;
import java.util.Locale;

/** What a peer can flood us with: allowed each time, but not in any number (RFC 9113 §10.5). */
public enum Flood {
    /** Streams that the peer opened and reset at once, unanswered ("rapid reset"). */
    RESETS,
    /** Streams that the peer opened and reset later, but unanswered: they take their place for a while, so more of them are allowed. */
    LATE_RESETS,
    /** Streams that we had to reset for errors of the peer ("MadeYouReset"), or refused for the size of their head. */
    OWN_RESETS,
    SETTINGS,
    PINGS,
    /** DATA without bytes and without end, and PRIORITY. */
    EMPTY_FRAMES,
    /** CONTINUATION frames and compressed bytes of one head, which have limits of their own. */
    HEAD;

    private final String slug = name().toLowerCase(Locale.ROOT).replace('_', '-');

    String slug() {
        return slug;
    }

    /** How many are allowed in a flood window. */
    int limit(Http2Config config) {
        return switch (this) {
            case RESETS -> config.maxResets();
            case LATE_RESETS -> config.maxLateResets();
            case OWN_RESETS -> config.maxOwnResets();
            case SETTINGS -> config.maxSettings();
            case PINGS -> config.maxPings();
            case EMPTY_FRAMES -> config.maxEmptyFrames();
            case HEAD -> 0;
        };
    }
}
