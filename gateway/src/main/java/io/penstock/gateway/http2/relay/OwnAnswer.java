// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.Refusal;
import io.penstock.gateway.http2.frame.ErrorCode;
import io.penstock.gateway.http2.stream.Http2Stream;
import io.penstock.gateway.http2.stream.SendSide;
import io.penstock.gateway.http2.stream.Wakes;

/** Writes what the gateway itself says on a downstream stream. */
final class OwnAnswer {
    private OwnAnswer() {}

    /** Refuses an exchange whose response has not begun. */
    static void refuse(Http2Stream to, Exchange exchange, Cause cause, Wakes wakes) {
        byte[] body = exchange.grpc() ? new byte[0] : Refusal.body(cause);
        exchange.status(Refusal.status(exchange, cause));
        if (exchange.grpc()) {
            exchange.grpcStatus(cause.grpcStatus().code());
        }
        Head head = Refusal.head(exchange, cause);
        exchange.refused(head);
        whole(to, exchange, head, body, wakes);
    }

    /** Ends a response that has begun: by trailers where the protocol has a word for it, otherwise by a reset. */
    static void breakOff(Http2Stream to, Exchange exchange, Cause cause, int code, Wakes wakes) {
        SendSide send = to.connection.send();
        if (!exchange.grpc()) {
            send.reset(to, code, wakes);
            return;
        }
        exchange.grpcStatus(cause.grpcStatus().code());
        send.lastTrailers(to, Refusal.trailers(exchange, cause), wakes);
        send.resetAfterWaiting(to, ErrorCode.NO_ERROR, wakes); // we read no more of the request (RFC 9113 §8.1)
    }

    /** Sends a whole response; nothing of the request is wanted any more. */
    static void whole(Http2Stream to, Exchange exchange, Head head, byte[] body, Wakes wakes) {
        SendSide send = to.connection.send();
        send.ownAnswer(to);
        boolean bodiless = body.length == 0 || exchange.method().equals("HEAD");
        send.head(to, head, bodiless, wakes);
        if (!bodiless) {
            send.data(to, body, 0, body.length, true, wakes);
        }
        send.resetAfterWaiting(to, ErrorCode.NO_ERROR, wakes); // we read no more of the request (RFC 9113 §8.1)
    }
}
