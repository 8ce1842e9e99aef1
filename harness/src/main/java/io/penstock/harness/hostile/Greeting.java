// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.hostile;

/** How a new connection is met, before any request can say what it wants. */
public enum Greeting {
    /** SETTINGS and their acknowledgement, as any HTTP/2 peer. */
    POLITE,
    /** Reads everything and never sends a byte: no SETTINGS, no answer. */
    SILENT,
    /** Accepts and never reads either: the peer's writes stop when the socket buffers are full. */
    DEAF,
    /** Closes at once. */
    CLOSE,
    /** Sends its own SETTINGS and never acknowledges the peer's. */
    NO_ACK,
    /** Allows no stream at all: MAX_CONCURRENT_STREAMS is 0. */
    NO_STREAMS,
    /** Allows one stream at a time. */
    ONE_STREAM,
    /** Gives each stream a window of 0 and never opens it. */
    ZERO_WINDOW,
    /** Answers in HTTP/1.1. */
    HTTP1,
    /** Starts with a frame that is not SETTINGS. */
    NO_PREFACE
}
