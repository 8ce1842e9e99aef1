// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.telemetry;

import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.ExchangeObserver;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.Peer;
import io.penstock.gateway.exchange.half.RequestHalf;
import io.penstock.gateway.exchange.side.Downstream;

/** Real exchanges, filled step by step and ended. */
final class Exchanges {
    private static final Downstream NOWHERE = new Downstream() {
        @Override
        public boolean bodiless() {
            return true;
        }

        @Override
        public void offload(Runnable step) {
            step.run();
        }

        @Override
        public void refuse(GatewayException reason) {}

        @Override
        public void failAttempt(GatewayException reason) {}

        @Override
        public void answer(Head head, byte[] body) {}

        @Override
        public RequestHalf half() {
            throw new UnsupportedOperationException("nothing is read from nowhere");
        }
    };

    private final Exchange exchange;

    private Exchanges(Exchange exchange) {
        this.exchange = exchange;
    }

    static Exchanges of(ExchangeObserver observer) {
        return of(observer, grpcHead());
    }

    static Exchanges of(ExchangeObserver observer, Head head) {
        return new Exchanges(new Exchange(head, new Peer("main", "127.0.0.1", 40_000, false, true), NOWHERE, observer));
    }

    static Head grpcHead() {
        return new Head()
                .add(":method", "POST")
                .add(":scheme", "http")
                .add(":path", "/grpc.testing.TestService/UnaryCall")
                .add(":authority", "gateway.example:8091")
                .add("te", "trailers")
                .add("content-type", "application/grpc")
                .add("user-agent", "grpc-java-netty/1.79.0")
                .add("jobid", "job-000123");
    }

    Exchanges route(String value) {
        exchange.route(value);
        return this;
    }

    Exchanges cluster(String value) {
        exchange.cluster(value);
        return this;
    }

    Exchanges requestId(String value) {
        exchange.requestId(value);
        return this;
    }

    Exchanges target(String value) {
        exchange.target(value);
        return this;
    }

    Exchanges attempt(boolean reused) {
        exchange.attempt(reused);
        return this;
    }

    Exchanges status(int value) {
        exchange.status(value);
        return this;
    }

    Exchanges grpcStatus(int value) {
        exchange.grpcStatus(value);
        return this;
    }

    Exchanges cause(Cause value) {
        return cause(value, "");
    }

    Exchanges cause(Cause value, String detail) {
        exchange.fail(value, detail);
        return this;
    }

    Exchanges bytes(int request, int response) {
        exchange.addRequestBytes(request);
        exchange.addResponseBytes(response);
        return this;
    }

    Exchange end() {
        exchange.end();
        return exchange;
    }
}
