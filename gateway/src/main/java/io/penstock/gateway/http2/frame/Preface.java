// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.frame;

import java.nio.charset.StandardCharsets;

/** The bytes with which a client begins (RFC 9113 §3.4). */
public final class Preface {
    /** The bytes; nobody changes them. */
    public static final byte[] BYTES = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private Preface() {}
}
