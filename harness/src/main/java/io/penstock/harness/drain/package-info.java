// SPDX-License-Identifier: Apache-2.0
/**
 * Load on a gateway that is told to end: callers of HTTP/1.1, HTTP/2, gRPC and WebSocket that behave as their protocols ask, and what
 * each of them saw.
 *
 * <p>{@link DrainRun} starts the callers and counts. Whoever uses it ends the gateway. Depends on {@code http}, {@code call} and
 * {@code wire} for the clients.
 */
@NullMarked
package io.penstock.harness.drain;

import org.jspecify.annotations.NullMarked;
