// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.side.Downstream;

/** Requests that no transport carries. */
final class Requests implements Downstream {

    private Requests() {}

    /** Further fields alternate names and values; {@code :method} among them takes the place of GET. */
    static Exchange get(String authority, String path, String... fields) {
        Head head = new Head()
                .add(":method", "GET")
                .add(":scheme", "http")
                .add(":path", path)
                .add(":authority", authority);
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equals(":method")) {
                head.set(fields[i], fields[i + 1]);
            } else {
                head.add(fields[i], fields[i + 1]);
            }
        }
        Exchange exchange =
                new Exchange(head, new Peer("main", "192.0.2.1", 4711, false, false), new Requests(), ended -> {});
        exchange.requestId("id");
        return exchange;
    }

    @Override
    public boolean bodiless() {
        return true;
    }

    @Override
    public void offload(Runnable step) {
        throw new UnsupportedOperationException("nothing is sent");
    }

    @Override
    public void refuse(GatewayException reason) {
        throw new UnsupportedOperationException("nothing is sent");
    }

    @Override
    public void failAttempt(GatewayException reason) {
        throw new UnsupportedOperationException("nothing is sent");
    }

    @Override
    public void answer(Head head, byte[] body) {
        throw new UnsupportedOperationException("nothing is sent");
    }

    @Override
    public RequestHalf half() {
        throw new UnsupportedOperationException("nothing is sent");
    }
}
