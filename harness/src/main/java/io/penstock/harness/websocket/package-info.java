// SPDX-License-Identifier: Apache-2.0
/**
 * WebSocket (RFC 6455) over HTTP/1.1 upgrade: a backend that echoes, and many sockets that exchange messages with it.
 *
 * <p>{@link WebSocketBackend} has a codec of its own, so that drills and tests can make it close or drop as they like;
 * {@link WebSocketRun} uses the JDK's client. Depends on no other room.
 */
@NullMarked
package io.penstock.harness.websocket;

import org.jspecify.annotations.NullMarked;
