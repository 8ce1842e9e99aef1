// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

/**
 * Reports a header block that cannot be decoded: a connection error of type COMPRESSION_ERROR (RFC 9113 §4.3).
 *
 * <p>The tables of both sides differ from here on, so the decoder that threw it must not be used again. It has no stack trace:
 * whoever sends garbage must not make us spend more than the garbage costs.
 */
public final class HpackException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HpackException(String message) {
        super(message, null, false, false);
    }
}
