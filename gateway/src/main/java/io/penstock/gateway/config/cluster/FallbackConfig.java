// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.cluster;

import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.util.Optional;

/**
 * What a caller gets instead when the circuit breaker is open or no endpoint can be used.
 *
 * @param cluster another cluster that gets the exchange, itself without one; absent means an answer of the gateway's own, which calls of
 *     gRPC do not get: they are refused as without it
 * @param status 200 to 599, default 503
 * @param body default empty
 * @param contentType default {@code text/plain; charset=utf-8}
 */
public record FallbackConfig(Optional<String> cluster, int status, String body, String contentType) {

    public FallbackConfig {
        new Check()
                .range("status", status, 200, 599)
                .that("body", body.length() <= 65_536, "", "is longer than 65536 characters")
                .that(
                        "content-type",
                        contentType.matches("[!-~][ -~]{0,199}"),
                        Check.quoted(contentType),
                        "is not a content type, expected one such as application/json")
                .done();
    }

    static FallbackConfig from(ConfigNode node) {
        return new FallbackConfig(
                node.optionalText("cluster"),
                node.integer("status", 503),
                node.text("body", ""),
                node.text("content-type", "text/plain; charset=utf-8"));
    }
}
