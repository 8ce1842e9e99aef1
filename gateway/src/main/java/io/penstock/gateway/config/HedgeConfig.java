// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;

import java.time.Duration;
import java.util.List;

/**
 * When a request that has no answer yet is sent to a second endpoint beside the first.
 *
 * @param after 1 ms to 1 min, default 50 ms; so long the first attempt may be without a response head
 * @param grpcMethods gRPC methods that may be processed twice, as {@code package.Service/Method}; default none, so that no gRPC is hedged
 */
public record HedgeConfig(Duration after, List<String> grpcMethods) {
    private static final String METHOD = "[A-Za-z0-9_.]{1,200}/[A-Za-z0-9_]{1,200}";

    public HedgeConfig {
        grpcMethods = List.copyOf(grpcMethods);
        new Check().range("after", after, ofMillis(1), ofMinutes(1)).done();
    }

    static HedgeConfig from(ConfigNode node) {
        return new HedgeConfig(
                node.duration("after", ofMillis(50)),
                node.parsedList("grpc-methods", List.of(), HedgeConfig::grpcMethod));
    }

    private static String grpcMethod(String text) {
        if (!text.matches(METHOD)) {
            throw Check.failed(Check.quoted(text), "is no method of gRPC, expected one such as shop.Prices/Get");
        }
        return text;
    }
}
