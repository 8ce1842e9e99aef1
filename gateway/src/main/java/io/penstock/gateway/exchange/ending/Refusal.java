// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.exchange.ending;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import java.nio.charset.StandardCharsets;

/**
 * The one place that turns a {@link Cause} into what the downstream sees.
 *
 * <p>A gRPC request gets HTTP 200 and a trailers-only answer with {@code grpc-status} and {@code grpc-message}; any other request
 * gets the HTTP status and a small text. Neither holds an address, a class name or an exception's message. A caller
 * whose peer and client are both in trusted networks also sees the slug in {@code x-penstock-cause}.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">gRPC over HTTP/2</a>
 */
public final class Refusal {
    /** The field that tells trusted callers the slug. */
    public static final String CAUSE = "x-penstock-cause";

    private Refusal() {}

    /** The response head; with gRPC it is the whole response. */
    public static Head head(Exchange exchange, Cause cause) {
        Head head = new Head();
        if (exchange.grpc()) {
            head.add(":status", "200").add("content-type", "application/grpc");
            addStatus(head, cause);
        } else {
            addText(head, cause);
        }
        if (exchange.trusted()) {
            head.add(CAUSE, cause.slug());
        }
        return head;
    }

    /** The response head for a downstream that does not understand gRPC's answers, whatever the request is: HTTP/1.1. */
    public static Head plainHead(Exchange exchange, Cause cause) {
        Head head = new Head();
        addText(head, cause);
        if (exchange.trusted()) {
            head.add(CAUSE, cause.slug());
        }
        return head;
    }

    private static void addText(Head head, Cause cause) {
        head.add(":status", Integer.toString(cause.httpStatus()))
                .add("content-type", "text/plain; charset=utf-8")
                .add("content-length", Integer.toString(body(cause).length));
    }

    /** The trailers of a gRPC response that had already begun. */
    public static Head trailers(Exchange exchange, Cause cause) {
        Head trailers = new Head();
        addStatus(trailers, cause);
        if (exchange.trusted()) {
            trailers.add(CAUSE, cause.slug());
        }
        return trailers;
    }

    /** The response body for a request that is not gRPC. */
    public static byte[] body(Cause cause) {
        return (message(cause) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** The HTTP status that the downstream sees: 200 for gRPC. */
    public static int status(Exchange exchange, Cause cause) {
        return exchange.grpc() ? 200 : cause.httpStatus();
    }

    private static void addStatus(Head head, Cause cause) {
        head.add("grpc-status", Integer.toString(cause.grpcStatus().code()))
                .add("grpc-message", percentEncoded(message(cause)));
    }

    private static String message(Cause cause) {
        return "gateway: " + cause.slug().replace('-', ' ');
    }

    /** gRPC's Percent-Encoded: every byte outside of 0x20 to 0x7e, and the percent sign. */
    public static String percentEncoded(String text) {
        StringBuilder encoded = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= 0x20 && b <= 0x7e && b != '%') {
                encoded.append((char) b);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit((b >> 4) & 0xf, 16)))
                        .append(Character.toUpperCase(Character.forDigit(b & 0xf, 16)));
            }
        }
        return encoded.toString();
    }
}
