// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.filter.DigestConfig;
import io.penstock.gateway.config.filter.DigestConfig.Handling;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.half.PassingHalf;
import io.penstock.gateway.exchange.half.RequestHalf;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Makes or checks the {@code content-digest} of bodies as they stream (RFC 9530). One that is made comes in the trailers, so an HTTP/1.1
 * message loses its length; HTTP/1.0 has no trailers, and a gRPC request has none by its protocol: these get no digest. Upgraded exchanges
 * are left alone.
 */
final class DigestFilter implements Filter {
    private final DigestConfig config;

    DigestFilter(DigestConfig config) {
        this.config = config;
    }

    @Override
    public Verdict request(Exchange exchange) {
        if (exchange.request().has(":protocol")) {
            return Verdict.GO_ON;
        }
        BodyDigest request = ofRequest(exchange);
        if (request != null || config.response() != Handling.NONE) {
            exchange.decorate(half -> new Digested(half, exchange, request));
        }
        return Verdict.GO_ON;
    }

    private @Nullable BodyDigest ofRequest(Exchange exchange) {
        Head head = exchange.request();
        if (config.request() == Handling.NONE || exchange.downstream().bodiless()) {
            return null;
        }
        if (config.request() == Handling.ADD) {
            if (exchange.grpc() || head.has(ContentDigest.NAME)) {
                return null;
            }
            head.remove("content-length").add("trailer", ContentDigest.NAME);
        }
        if (config.request() == Handling.REQUIRE
                && ContentDigest.find(head) == null
                && !ContentDigest.announced(head)) {
            throw new GatewayException(Cause.BAD_DIGEST, "neither head nor trailers bring a " + ContentDigest.NAME);
        }
        return new BodyDigest(config.request(), config.algorithm(), head, Cause.BAD_DIGEST);
    }

    @Override
    public Finding explain(Exchange copy) {
        return Finding.goesOn("request " + word(config.request()) + ", response " + word(config.response()));
    }

    private static String word(Handling handling) {
        return handling.name().toLowerCase(Locale.ROOT);
    }

    /** Sees both bodies of one exchange. */
    private final class Digested implements PassingHalf {
        private final RequestHalf inner;
        private final Exchange exchange;
        private final @Nullable BodyDigest request;
        private boolean ended;
        private @Nullable Head trailers;
        private @Nullable BodyDigest response;

        Digested(RequestHalf inner, Exchange exchange, @Nullable BodyDigest request) {
            this.inner = inner;
            this.exchange = exchange;
            this.request = request;
        }

        @Override
        public RequestHalf inner() {
            return inner;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            int count = inner.read(buffer, offset, length);
            if (request == null) {
                return count;
            }
            if (count > 0) {
                request.pass(buffer, offset, count);
            } else if (count < 0 && !ended) {
                trailers = request.end(inner.trailers());
                ended = true;
            }
            return count;
        }

        @Override
        public @Nullable Head trailers() {
            return ended ? trailers : inner.trailers();
        }

        @Override
        public boolean rewind() {
            if (request != null) {
                request.reset();
            }
            ended = false;
            return inner.rewind();
        }

        @Override
        public void send(Head head, boolean end) {
            if (head.status() >= 200 && config.response() != Handling.NONE && !bodiless(head.status())) {
                begin(head, end);
            }
            inner.send(head, end);
        }

        /** Whether no body belongs to the response, so that a digest would be of another one's. */
        private boolean bodiless(int status) {
            return status == 204 || status == 304 || exchange.method().equals("HEAD");
        }

        private void begin(Head head, boolean end) {
            boolean add = config.response() == Handling.ADD;
            if (add && (head.has(ContentDigest.NAME) || exchange.protocol().equals("1.0"))) {
                return;
            }
            BodyDigest begun = new BodyDigest(config.response(), config.algorithm(), head, Cause.UPSTREAM_BAD_DIGEST);
            if (end && add) {
                head.add(begun.made().field());
            } else if (end) {
                begun.end(null);
            } else {
                if (add && exchange.protocol().equals("1.1")) {
                    head.remove("content-length").add("trailer", ContentDigest.NAME);
                }
                response = begun;
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (response != null) {
                response.pass(bytes, offset, length);
            }
            inner.write(bytes, offset, length);
        }

        @Override
        public void end(@Nullable Head last) {
            inner.end(response == null ? last : response.end(last));
        }
    }
}
