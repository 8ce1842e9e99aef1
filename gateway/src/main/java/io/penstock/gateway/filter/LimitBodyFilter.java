// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.filter.LimitBodyConfig;
import io.penstock.gateway.config.read.Units;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.PassingHalf;
import io.penstock.gateway.exchange.half.RequestHalf;

/**
 * Refuses bodies that are longer than allowed: by their declared length before a byte of them is passed on, otherwise as soon as they are.
 * A request whose length is declared, or that has no body, costs nothing more than that look. Upgraded exchanges are left alone.
 */
final class LimitBodyFilter implements Filter {
    private final LimitBodyConfig config;
    private final long mostRequest;
    private final long mostResponse;

    LimitBodyFilter(LimitBodyConfig config) {
        this.config = config;
        this.mostRequest = config.request().orElse(Integer.MAX_VALUE);
        this.mostResponse = config.response().orElse(Integer.MAX_VALUE);
    }

    @Override
    public Verdict request(Exchange exchange) {
        if (exchange.request().has(":protocol")) {
            return Verdict.GO_ON;
        }
        checkRequest(exchange.request());
        boolean unknown = !exchange.request().has("content-length")
                && !exchange.downstream().bodiless();
        if (config.response().isPresent() || (config.request().isPresent() && unknown)) {
            exchange.decorate(half -> new Limited(half, exchange));
        }
        return Verdict.GO_ON;
    }

    private void checkRequest(Head request) {
        if (config.request().isPresent() && length(request) > mostRequest) {
            throw tooLong(Cause.BODY_TOO_LARGE, mostRequest);
        }
    }

    private static GatewayException tooLong(Cause cause, long most) {
        return new GatewayException(cause, "the body is longer than " + Units.sizeText((int) most));
    }

    /** As declared; -1 when it is not. */
    private static long length(Head head) {
        String declared = head.value("content-length");
        if (declared == null) {
            return -1;
        }
        try {
            return Long.parseLong(declared);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE; // more digits than a long has
        }
    }

    @Override
    public Finding explain(Exchange copy) {
        checkRequest(copy.request());
        return Finding.goesOn(config.request()
                        .map(bytes -> "request to " + Units.sizeText(bytes))
                        .orElse("")
                + (config.request().isPresent() && config.response().isPresent() ? ", " : "")
                + config.response()
                        .map(bytes -> "response to " + Units.sizeText(bytes))
                        .orElse(""));
    }

    /** Counts what passes. */
    private final class Limited implements PassingHalf {
        private final RequestHalf inner;
        private final Exchange exchange;
        private long received;
        private long sent;

        Limited(RequestHalf inner, Exchange exchange) {
            this.inner = inner;
            this.exchange = exchange;
        }

        @Override
        public RequestHalf inner() {
            return inner;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            int count = inner.read(buffer, offset, length);
            if (count > 0) {
                received += count;
                if (config.request().isPresent() && received > mostRequest) {
                    throw tooLong(Cause.BODY_TOO_LARGE, mostRequest);
                }
            }
            return count;
        }

        @Override
        public boolean rewind() {
            received = 0;
            return inner.rewind();
        }

        @Override
        public void send(Head head, boolean end) {
            boolean body = !end && head.status() >= 200 && !exchange.method().equals("HEAD");
            if (body && config.response().isPresent() && length(head) > mostResponse) {
                throw tooLong(Cause.RESPONSE_TOO_LARGE, mostResponse);
            }
            inner.send(head, end);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            sent += length;
            if (config.response().isPresent() && sent > mostResponse) {
                throw tooLong(Cause.RESPONSE_TOO_LARGE, mostResponse);
            }
            inner.write(bytes, offset, length);
        }
    }
}
