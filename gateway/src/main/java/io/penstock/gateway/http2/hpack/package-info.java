// SPDX-License-Identifier: Apache-2.0
/**
 * HPACK (RFC 7541): one decoder and one encoder for each HTTP/2 connection, with their tables and the Huffman code. The HTTP/2 codec
 * may call the decoder and the encoder; the rest is theirs. Depends on the floor only.
 */
@NullMarked
package io.penstock.gateway.http2.hpack;

import org.jspecify.annotations.NullMarked;
