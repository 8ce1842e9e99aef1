// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.hostile;

import java.util.Locale;
import java.util.Optional;

/**
 * What a request asks the hostile backend to do: the field {@code hostile: NAME[=N]}, or else the first part of the
 * path that is a name, with the part after it as N. Names are the constants in lower case with hyphens.
 */
public enum Behaviour {
    /** Answers properly: HTTP 200 with a short body, or an empty gRPC message and status 0. */
    OK(0, "a proper answer"),
    /** Takes the request and never answers. */
    HANG(0, "takes the request, never answers"),
    /** RST_STREAM with code N before the head. */
    RST(2, "RST_STREAM code N before the head"),
    /** RST_STREAM with code N after the head. */
    RST_AFTER_HEAD(2, "RST_STREAM code N after the head"),
    /** RST_STREAM with code N in the middle of the body. */
    RST_MID_BODY(2, "RST_STREAM code N inside the body"),
    /** REFUSED_STREAM for the first request of each key N, a proper answer from then on. */
    REFUSED_ONCE(0, "REFUSED_STREAM once for each N, then ok"),
    /** GOAWAY with last stream 0, code N; the connection stays open and silent. */
    GOAWAY_ZERO(0, "GOAWAY last id 0, code N, stays open"),
    /** GOAWAY that covers the request, then a proper answer, then a close. */
    GOAWAY_THEN_ANSWER(0, "GOAWAY, then ok, then close"),
    /** GOAWAY with last stream 0, code N, then a close. */
    GOAWAY_CLOSE(0, "GOAWAY last id 0, code N, then close"),
    /** Closes the connection before the head. */
    CLOSE(0, "closes before the head"),
    /** Closes after the head and half of one DATA frame. */
    CLOSE_MID_DATA(0, "closes inside a DATA frame"),
    /** DATA on a stream that was never opened. */
    IDLE_DATA(0, "DATA on an idle stream"),
    /** DATA of N bytes in one frame, larger than any peer allows by default. */
    BIG_FRAME(65_536, "one DATA frame of N bytes"),
    /** A head that is not HPACK: index 0. */
    BAD_HPACK(0, "a head with HPACK index 0"),
    /** A head without {@code :status}. */
    NO_STATUS(0, "a head without :status"),
    /** Upper-case and connection-specific field names. */
    BAD_FIELDS(0, "upper-case and connection fields"),
    /** Ends with END_STREAM on DATA: no trailers, hence no grpc-status. */
    NO_TRAILERS(0, "ends with DATA, no grpc-status"),
    /** N heads of status 103, then a proper answer. */
    EARLY_HINTS(1, "N times 103, then ok"),
    /** A head of N bytes. */
    HUGE_HEAD(1 << 20, "a head of N bytes"),
    /** N empty CONTINUATION frames, never the last. */
    CONTINUATION_FLOOD(10_000, "N CONTINUATION frames without end"),
    /** N bytes of body whatever the windows say. */
    OVERRUN(4 << 20, "N body bytes, windows ignored"),
    /** N bytes of body, one in each DATA frame, 10 ms apart. */
    DRIP(100, "N body bytes, one each 10 ms"),
    /** Opens no window: request bytes are never credited, the request never answered. */
    ZERO_WINDOW(0, "window 0 for all streams, never opened"),
    /** Credits the stream beyond 2³¹−1. */
    WINDOW_OVERFLOW(0, "WINDOW_UPDATE beyond 2^31-1"),
    /** N PING frames. */
    PING_FLOOD(10_000, "N PING frames, then ok"),
    /** N SETTINGS frames. */
    SETTINGS_FLOOD(10_000, "N SETTINGS frames, then ok"),
    /** N empty DATA frames. */
    EMPTY_DATA_FLOOD(10_000, "N empty DATA frames, then ok"),
    /** Changes table size, frame size and window in mid-connection, with unknown identifiers, then answers. */
    SETTINGS_CHANGE(0, "changes its SETTINGS, then ok"),
    /** PUSH_PROMISE although no peer allows it. */
    PUSH(0, "PUSH_PROMISE"),
    /** A proper answer and then more DATA on the closed stream. */
    DATA_AFTER_END(0, "ok, then DATA after the end"),
    /** Meets the next connection as greeting number N, or the greeting named in the path; answers properly itself. */
    ARM(0, "next connection meets greeting N");

    private final long preset;
    private final String does;

    Behaviour(long preset, String does) {
        this.preset = preset;
        this.does = does;
    }

    /** The N when none is given. */
    public long preset() {
        return preset;
    }

    /** A few words for a table. */
    public String does() {
        return does;
    }

    /** The name as it stands in a path: {@code rst-after-head}. */
    public String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Behaviour> named(String slug) {
        for (var behaviour : values()) {
            if (behaviour.slug().equals(slug)) {
                return Optional.of(behaviour);
            }
        }
        return Optional.empty();
    }
}
