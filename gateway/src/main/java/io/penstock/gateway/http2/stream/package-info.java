// SPDX-License-Identifier: Apache-2.0
/**
 * One connection and its streams, whichever side opened it: their states, both windows, settings, what is written in which order,
 * and the heads that arrive on them.
 *
 * <p>The state of a stream is guarded by its connection's lock, so what changes it stays in this room.
 */
@NullMarked
package io.penstock.gateway.http2.stream;

import org.jspecify.annotations.NullMarked;
