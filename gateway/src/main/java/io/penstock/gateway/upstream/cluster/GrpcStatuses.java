// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Head;

/** Reads {@code grpc-status}. */
final class GrpcStatuses {
    private GrpcStatuses() {}

    /** The status in this head, or {@link Exchange#NONE}. */
    static int of(Head head) {
        String text = head.value("grpc-status");
        return text == null || !text.matches("[0-9]{1,2}") ? Exchange.NONE : Integer.parseInt(text);
    }
}
