// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.route;

import io.penstock.gateway.config.route.AnswerConfig;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.GrpcStatus;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.ending.Refusal;
import java.nio.charset.StandardCharsets;

/** An answer of the gateway's own. gRPC callers get a trailers-only response with the configured status and the body as its message. */
public final class FixedAnswer {
    private static final int LONGEST_MESSAGE = 256;
    private static final byte[] NOTHING = {};

    private final AnswerConfig config;
    private final byte[] body;

    /** Compiles what the configuration says. */
    public FixedAnswer(AnswerConfig config) {
        this.config = config;
        this.body = config.body().getBytes(StandardCharsets.UTF_8);
    }

    /** The head of the answer. */
    public Head head(Exchange exchange) {
        if (exchange.grpc()) {
            String text = config.body().strip();
            return grpc(grpcStatus(), text.substring(0, Math.min(text.length(), LONGEST_MESSAGE)));
        }
        Head head = new Head().add(":status", Integer.toString(config.status()));
        config.headers().forEach(head::add);
        if (body.length > 0 && !head.has("content-type")) {
            head.add("content-type", "text/plain; charset=utf-8");
        }
        // RFC 9110 §8.6: not for 204; what a 304 would say is the length of another answer
        return config.status() == 204 || config.status() == 304
                ? head
                : head.add("content-length", Integer.toString(body.length));
    }

    /** The body that follows the head. */
    public byte[] body(Exchange exchange) {
        return exchange.grpc() ? NOTHING : body.clone();
    }

    /** What gRPC callers get: the configured status, or the one that fits what the HTTP status says. */
    public int grpcStatus() {
        return config.grpcStatus()
                .orElseGet(() -> GrpcStatus.fitting(config.status()).code());
    }

    static Head grpc(int status, String message) {
        Head head = new Head()
                .add(":status", "200")
                .add("content-type", "application/grpc")
                .add("grpc-status", Integer.toString(status));
        return message.isEmpty() ? head : head.add("grpc-message", Refusal.percentEncoded(message));
    }
}
