// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP/2 by hand: frames, heads and one plain GET, for peers that must break rules and tools that must see every byte.
 *
 * <p>Called by the backends, the commands and the tests. Knows no other room. HPACK is Netty's, shaded in grpc-java:
 * the gateway's codec is judged against it, so the two must not share code.
 */
@NullMarked
package io.penstock.harness.wire;

import org.jspecify.annotations.NullMarked;
