// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2;

import io.penstock.gateway.exchange.Field;
import java.nio.charset.StandardCharsets;

/** What an HTTP/1 client gets from a listener that speaks HTTP/2 only (RFC 9110 §15.6.6). */
final class Http1Answer {
    private static final String BODY =
            "This listener speaks HTTP/2 with prior knowledge; HTTP/1.1 is not served here.\n";

    private Http1Answer() {}

    static byte[] bytes(Field date) {
        return ("HTTP/1.1 505 HTTP Version Not Supported\r\n" + date.name() + ": " + date.value()
                        + "\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: " + BODY.length()
                        + "\r\n\r\n" + BODY)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
