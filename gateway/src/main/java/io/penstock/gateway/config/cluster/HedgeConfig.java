// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.cluster;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import io.penstock.gateway.exchange.Methods;
import java.time.Duration;
import java.util.List;

/**
 * When a request that has no answer yet is sent to a second endpoint beside the first.
 *
 * @param after 1 ms to 1 min, default 50 ms; so long the first attempt may be without a response head
 * @param methods idempotent ones (RFC 9110 §9.2.2), default those that are safe; PUT and DELETE only when they are listed
 * @param grpcMethods gRPC methods that may be processed twice, as {@code package.Service/Method}; default none, so that no gRPC is hedged
 */
public record HedgeConfig(Duration after, List<String> methods, List<String> grpcMethods) {
    private static final String METHOD = "[A-Za-z0-9_.]{1,200}/[A-Za-z0-9_]{1,200}";

    public HedgeConfig {
        methods = List.copyOf(methods);
        grpcMethods = List.copyOf(grpcMethods);
        new Check().range("after", after, ofMillis(1), ofMinutes(1)).done();
    }

    static HedgeConfig from(ConfigNode node) {
        return new HedgeConfig(
                node.duration("after", ofMillis(50)),
                node.parsedList("methods", Methods.SAFE, HedgeConfig::method),
                node.parsedList("grpc-methods", List.of(), HedgeConfig::grpcMethod));
    }

    private static String method(String text) {
        if (!Methods.idempotent(text)) {
            throw Check.failed(
                    Check.quoted(text), "is not idempotent, expected some of " + String.join(", ", Methods.IDEMPOTENT));
        }
        return text;
    }

    private static String grpcMethod(String text) {
        if (!text.matches(METHOD)) {
            throw Check.failed(Check.quoted(text), "is no method of gRPC, expected one such as shop.Prices/Get");
        }
        return text;
    }
}
