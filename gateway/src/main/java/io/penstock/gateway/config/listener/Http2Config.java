// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.listener;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.config.read.Units;
import java.time.Duration;

/**
 * What one HTTP/2 connection may ask of us.
 *
 * @param maxConcurrentStreams 1 to 10 000, default 128; advertised, and a stream above it is refused
 * @param maxHeadBytes 1 KiB to 1 MiB, default 16 KiB; decoded size of one head (RFC 9113 §6.5.2)
 * @param maxContinuations 0 to 1 000, default 8; CONTINUATION frames of one head
 * @param headerTableBytes 0 B to 64 KiB, default 4 KiB; dynamic table of each direction
 * @param streamWindowBytes 65 535 B to 16 MiB, default 256 KiB; what one stream may send ahead, and so the most that is buffered
 *     for it
 * @param connectionWindowBytes 65 535 B to 256 MiB, default 4 MiB, and at least the window of a stream; what all streams of a
 *     connection may send ahead of being read
 * @param floodWindow 1 s to 10 min, default 10 s; the time over which the following counts are taken
 * @param maxResets 1 to 1 000 000, default 200; streams that the peer resets within 100 ms and unanswered
 * @param maxLateResets 1 to 1 000 000, default 5000; streams that the peer resets later than that and still unanswered
 * @param maxOwnResets 1 to 1 000 000, default 100; streams that we reset for errors of the peer, or refuse for the size of their head
 * @param maxSettings 1 to 1 000 000, default 100; SETTINGS frames
 * @param maxPings 1 to 1 000 000, default 200; PING frames with nothing sent to the peer in between
 * @param maxEmptyFrames 1 to 1 000 000, default 100; DATA frames without payload and without END_STREAM, and PRIORITY frames
 * @param zeroWindowTimeout 100 ms to 1 h, default 2 min; how long a peer may leave a stream that has bytes waiting without window
 */
public record Http2Config(
        int maxConcurrentStreams,
        int maxHeadBytes,
        int maxContinuations,
        int headerTableBytes,
        int streamWindowBytes,
        int connectionWindowBytes,
        Duration floodWindow,
        int maxResets,
        int maxLateResets,
        int maxOwnResets,
        int maxSettings,
        int maxPings,
        int maxEmptyFrames,
        Duration zeroWindowTimeout) {

    /** The window with which every connection and stream begins (RFC 9113 §6.9.2); a smaller one needs a round trip to exist. */
    private static final int INITIAL_WINDOW = 65_535;

    public Http2Config {
        new Check()
                .range("max-concurrent-streams", maxConcurrentStreams, 1, 10_000)
                .size("max-head-bytes", maxHeadBytes, 1024, 1024 * 1024)
                .range("max-continuations", maxContinuations, 0, 1_000)
                .size("header-table-bytes", headerTableBytes, 0, 64 * 1024)
                .size("stream-window-bytes", streamWindowBytes, INITIAL_WINDOW, 16 * 1024 * 1024)
                .size("connection-window-bytes", connectionWindowBytes, INITIAL_WINDOW, 256 * 1024 * 1024)
                .that(
                        "connection-window-bytes",
                        connectionWindowBytes >= streamWindowBytes,
                        Units.sizeText(connectionWindowBytes),
                        "is smaller than stream-window-bytes, expected at least as much")
                .range("flood-window", floodWindow, ofSeconds(1), ofMinutes(10))
                .range("max-resets", maxResets, 1, 1_000_000)
                .range("max-late-resets", maxLateResets, 1, 1_000_000)
                .range("max-own-resets", maxOwnResets, 1, 1_000_000)
                .range("max-settings", maxSettings, 1, 1_000_000)
                .range("max-pings", maxPings, 1, 1_000_000)
                .range("max-empty-frames", maxEmptyFrames, 1, 1_000_000)
                .range("zero-window-timeout", zeroWindowTimeout, ofMillis(100), ofMinutes(60))
                .done();
    }

    /** Reads an {@code http2} chapter, of a listener or of an upstream. */
    public static Http2Config from(ConfigNode node) {
        return new Http2Config(
                node.integer("max-concurrent-streams", 128),
                node.size("max-head-bytes", 16 * 1024),
                node.integer("max-continuations", 8),
                node.size("header-table-bytes", 4 * 1024),
                node.size("stream-window-bytes", 256 * 1024),
                node.size("connection-window-bytes", 4 * 1024 * 1024),
                node.duration("flood-window", ofSeconds(10)),
                node.integer("max-resets", 200),
                node.integer("max-late-resets", 5000),
                node.integer("max-own-resets", 100),
                node.integer("max-settings", 100),
                node.integer("max-pings", 200),
                node.integer("max-empty-frames", 100),
                node.duration("zero-window-timeout", ofMinutes(2)));
    }
}
