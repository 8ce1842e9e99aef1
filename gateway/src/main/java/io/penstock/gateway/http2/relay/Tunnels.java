// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.relay;

import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.Head;

/** Heads of tunnels, between the form that every protocol shares and HTTP/2's: extended CONNECT, answered with 200 (RFC 8441 §5). */
final class Tunnels {
    /** Why an upstream cannot carry one. */
    static final String REFUSED = "the upstream does not take CONNECT with :protocol";

    private Tunnels() {}

    /** The request as it travels: CONNECT, without the key that only the handshake of HTTP/1.1 has a use for. */
    static Head request(Head head) {
        Head connect = new Head();
        for (int i = 0; i < head.size(); i++) {
            Field field = head.at(i);
            if (!field.name().equals("sec-websocket-key")) {
                connect.add(field);
            }
        }
        return connect.set(":method", "CONNECT");
    }

    /** Turns "101 Switching Protocols" into what means the same here; leaves any other response as it is. */
    static void response(Head head) {
        if (head.status() == 101) {
            head.set(":status", "200").remove("sec-websocket-accept");
        }
    }

    /** Turns the success of a CONNECT into "101 Switching Protocols", which halves of every protocol understand. */
    static Head switched(Head head) {
        return head.status() / 100 == 2 ? head.set(":status", "101") : head;
    }
}
