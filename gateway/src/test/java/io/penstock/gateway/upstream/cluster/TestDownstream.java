// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.upstream.cluster;

import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.side.Downstream;
import org.jspecify.annotations.Nullable;

/** A downstream without a wire: steps run on the thread of the test, and what the exchange ends with is kept. */
public final class TestDownstream implements Downstream {
    private @Nullable Exchange made;
    private Runnable beforeStep = () -> {};

    @Nullable
    GatewayException refusal;

    @Nullable
    GatewayException failedAttempt;

    @Nullable
    Head answer;

    byte[] body = {};

    /** An exchange with this method. */
    public Exchange exchange(String method, String... fields) {
        Head head = new Head()
                .add(":method", method)
                .add(":scheme", "http")
                .add(":path", "/things?id=1")
                .add(":authority", "example.test");
        for (int i = 0; i < fields.length; i += 2) {
            head.add(fields[i], fields[i + 1]);
        }
        made = new Exchange(head, new Peer("main", "192.0.2.7", 4711, false, false), this, exchange -> {});
        return made;
    }

    /** A call of gRPC. */
    public Exchange grpc() {
        return exchange("POST", "content-type", "application/grpc");
    }

    /** Lets something happen once, before the next step. */
    public void beforeStep(Runnable event) {
        beforeStep = event;
    }

    @Override
    public boolean bodiless() {
        return true;
    }

    @Override
    public void offload(Runnable step) {
        Runnable before = beforeStep;
        beforeStep = () -> {};
        before.run();
        try {
            step.run();
        } catch (GatewayException e) {
            refuse(e);
        }
    }

    @Override
    public void refuse(GatewayException reason) {
        refusal = reason;
        if (made != null) {
            made.fail(reason.reason(), reason.detail());
            made.end();
        }
    }

    @Override
    public void failAttempt(GatewayException reason) {
        failedAttempt = reason;
    }

    @Override
    public void answer(Head head, byte[] bytes) {
        answer = head;
        body = bytes;
        if (made != null) {
            made.status(head.status());
            made.end();
        }
    }

    @Override
    public RequestHalf half() {
        throw new UnsupportedOperationException("no bytes move here");
    }
}
