// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;

/** Reads {@code grpc-status} from trailers, or from the head of a response without a body. */
final class GrpcStatusField {
    private GrpcStatusField() {}

    /** The status, 0 to 99; {@link Exchange#NONE} when the exchange is not gRPC or there is none. */
    static int read(Exchange exchange, Head head) {
        if (!exchange.grpc()) {
            return Exchange.NONE;
        }
        String text = head.value("grpc-status");
        if (text == null || text.isEmpty() || text.length() > 2) {
            return Exchange.NONE;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return Exchange.NONE;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
