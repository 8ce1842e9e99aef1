// SPDX-License-Identifier: Apache-2.0
/**
 * The HTTP/2 codec (RFC 9113) for both roles, and the relay that copies the frames of a stream to its peer stream; HPACK has the room
 * {@code hpack}. Depends on the floor only.
 */
@NullMarked
package io.penstock.gateway.http2;

import org.jspecify.annotations.NullMarked;
