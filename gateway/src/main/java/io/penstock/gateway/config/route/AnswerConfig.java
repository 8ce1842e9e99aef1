// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.config.route;

import io.penstock.gateway.config.filter.HeaderEditConfig;
import io.penstock.gateway.config.read.Check;
import io.penstock.gateway.config.read.ConfigNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * A fixed answer.
 *
 * @param status 200 to 599, default 200; 204, 205 and 304 have no body
 * @param headers fields of the head, default none; {@code content-type} is {@code text/plain; charset=utf-8} unless it is given
 * @param body at most 64 KiB of text, sent as UTF-8, default empty; a gRPC caller gets it as {@code grpc-message}
 * @param grpcStatus 0 to 16; what a gRPC caller gets; absent chooses by the status
 */
public record AnswerConfig(int status, Map<String, String> headers, String body, Optional<Integer> grpcStatus)
        implements ActionConfig {

    public AnswerConfig {
        headers = HeaderEditConfig.lower(headers);
        Check check = new Check()
                .range("status", status, 200, 599)
                .that(
                        "body",
                        body.getBytes(StandardCharsets.UTF_8).length <= 64 * 1024,
                        body.length() + " chars",
                        "is longer than 64KiB")
                .that(
                        "body",
                        body.isEmpty() || (status != 204 && status != 205 && status != 304),
                        status,
                        "is given for a status that has none");
        HeaderEditConfig.check(check, "headers", headers);
        grpcStatus.ifPresent(code -> check.range("grpc-status", code, 0, 16));
        check.done();
    }

    static AnswerConfig from(ConfigNode node) {
        return new AnswerConfig(
                node.integer("status", 200),
                node.texts("headers"),
                node.text("body", ""),
                node.optionalInteger("grpc-status"));
    }
}
