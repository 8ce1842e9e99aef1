// SPDX-License-Identifier: Apache-2.0
/**
 * A request's way from the stream of a caller to an upstream and back: as frames, or as halves where somebody reads it in blocking
 * style.
 */
@NullMarked
package io.penstock.gateway.http2.relay;

import org.jspecify.annotations.NullMarked;
