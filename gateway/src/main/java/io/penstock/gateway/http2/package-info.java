// SPDX-License-Identifier: Apache-2.0
/**
 * The HTTP/2 codec (RFC 9113) for both roles, and the relay that copies the frames of a stream to its peer stream. Here are the readers
 * of both kinds of connection; below them, each knowing only those after it, {@code relay}, {@code stream}, {@code frame} and {@code
 * hpack}. Depends on the floor only.
 */
@NullMarked
package io.penstock.gateway.http2;

import org.jspecify.annotations.NullMarked;
