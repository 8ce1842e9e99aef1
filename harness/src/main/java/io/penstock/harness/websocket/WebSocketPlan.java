// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.websocket;

import java.net.URI;
import java.time.Duration;

/**
 * Sockets to open and what to say on them.
 *
 * @param to {@code ws://HOST:PORT/PATH}
 * @param interval between an echo and the next message of the same socket
 * @param binary whether messages are binary rather than text
 * @param size bytes of each message; the first of them number it
 * @param timeout of each handshake, and of each echo
 */
public record WebSocketPlan(
        URI to, int sockets, Duration interval, Duration duration, boolean binary, int size, Duration timeout) {}
