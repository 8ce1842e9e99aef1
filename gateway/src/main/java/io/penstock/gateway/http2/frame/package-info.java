// SPDX-License-Identifier: Apache-2.0
/**
 * Frames as bytes: read, their limits (floods among them), the heads that several make up, and the errors of the protocol. Knows no
 * stream.
 */
@NullMarked
package io.penstock.gateway.http2.frame;

import org.jspecify.annotations.NullMarked;
